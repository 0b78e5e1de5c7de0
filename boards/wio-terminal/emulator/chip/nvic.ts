/**
 * Selects the next exception: pending, enabled, and more urgent than the running code. ARMv7-M
 * Architecture Reference Manual, B1.5. The ATSAMD51 has 137 lines and 3 bits of priority.
 */

export const EXCEPTION = {
  nmi: 2,
  hardFault: 3,
  memoryManagement: 4,
  bus: 5,
  usage: 6,
  svcall: 11,
  pendsv: 14,
  sysTick: 15,
  firstLine: 16,
} as const;

export const INTERRUPT_LINES = 137;
const PRIORITY_MASK = 0xe0;
/** The priority of thread mode with nothing masked. Any exception is more urgent. */
const BASE_PRIORITY = 0x100;

export interface Masks {
  readonly primask: number;
  readonly faultmask: number;
  readonly basepri: number;
}

export class Nvic {
  /** Called when an exception may have become possible. */
  onChange: () => void = () => undefined;
  /** Pending exceptions, by exception number. */
  readonly pending = new Set<number>();
  /** Exceptions that have begun and not ended, the most recent one last. */
  readonly active: number[] = [];
  private readonly enabled = new Uint8Array(INTERRUPT_LINES);
  private readonly level = new Uint8Array(INTERRUPT_LINES);
  private readonly priorities = new Uint8Array(EXCEPTION.firstLine + INTERRUPT_LINES);

  /** Sets the level of a peripheral's interrupt line. A rising edge makes the exception pending. */
  setLine(line: number, high: boolean): void {
    if (line < 0 || line >= INTERRUPT_LINES) throw new Error(`the NVIC has no line ${line}`);
    if (high && !this.level[line]) this.pend(EXCEPTION.firstLine + line);
    this.level[line] = high ? 1 : 0;
  }

  pend(exception: number): void {
    this.pending.add(exception);
    this.onChange();
  }

  isEnabled(line: number): boolean {
    return this.enabled[line] === 1;
  }

  enable(line: number, on: boolean): void {
    this.enabled[line] = on ? 1 : 0;
    this.onChange();
  }

  priority(exception: number): number {
    if (exception === EXCEPTION.nmi) return -2;
    if (exception === EXCEPTION.hardFault) return -1;
    return this.priorities[exception] ?? 0;
  }

  setPriority(exception: number, value: number): void {
    this.priorities[exception] = value & PRIORITY_MASK;
  }

  /** The most urgent exception that is pending and enabled. Even a masked exception ends WFI. */
  get waiting(): number | undefined {
    let best: number | undefined;
    for (const exception of this.pending) {
      const line = exception - EXCEPTION.firstLine;
      if (line >= 0 && !this.enabled[line]) continue;
      const order = best === undefined ? 1 : this.priority(best) - this.priority(exception);
      if (best === undefined || order > 0 || (order === 0 && exception < best)) best = exception;
    }
    return best;
  }

  /** Whether the exception may interrupt the running code. */
  preempts(exception: number, masks: Masks): boolean {
    return this.priority(exception) < this.running(masks);
  }

  enter(exception: number): void {
    this.pending.delete(exception);
    this.active.push(exception);
  }

  leave(exception: number): void {
    const index = this.active.lastIndexOf(exception);
    if (index < 0) throw new Error(`return from exception ${exception}, which is not active`);
    this.active.splice(index, 1);
    // If the line is still high, the exception is pending again.
    if (this.level[exception - EXCEPTION.firstLine]) this.pending.add(exception);
  }

  reset(): void {
    this.pending.clear();
    this.active.length = 0;
    for (const state of [this.enabled, this.level, this.priorities]) state.fill(0);
  }

  private running({ primask, faultmask, basepri }: Masks): number {
    let priority = BASE_PRIORITY;
    for (const exception of this.active) priority = Math.min(priority, this.priority(exception));
    if (basepri > 0) priority = Math.min(priority, basepri);
    if (primask & 1) priority = Math.min(priority, 0);
    if (faultmask & 1) priority = Math.min(priority, -1);
    return priority;
  }
}
