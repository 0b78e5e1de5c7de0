const WINDOW_MS = 60_000;
/** Maximum number of remembered addresses. An attacker with more addresses needs other defences. */
const MAX_ADDRESSES = 10_000;

/** Counts failed logins by address, and locks an address out after too many within a minute. */
export class FailureLimiter {
  private readonly failures = new Map<string, { count: number; sinceMs: number }>();

  /** @param allowed failures per address and minute */
  constructor(
    private readonly allowed: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  isLockedOut(address: string): boolean {
    return (this.current(address)?.count ?? 0) >= this.allowed;
  }

  fail(address: string): void {
    const failures = this.current(address);
    if (failures) {
      failures.count++;
      return;
    }
    // A map iterates in insertion order, so the address with the oldest window is evicted first.
    this.failures.delete(address);
    const [oldest] = this.failures.keys();
    if (this.failures.size >= MAX_ADDRESSES && oldest !== undefined) this.failures.delete(oldest);
    this.failures.set(address, { count: 1, sinceMs: this.nowMs() });
  }

  private current(address: string): { count: number; sinceMs: number } | undefined {
    const failures = this.failures.get(address);
    return failures && this.nowMs() - failures.sinceMs < WINDOW_MS ? failures : undefined;
  }
}
