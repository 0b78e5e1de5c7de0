const WINDOW_MS = 60_000;
/** Addresses that are remembered; an attacker with more of them has to be met elsewhere. */
const MAX_ADDRESSES = 10_000;

/** Counts failed logins by address: after too many within a minute no more are looked at. */
export class FailureLimiter {
  private readonly failures = new Map<string, { count: number; sinceMs: number }>();

  /** @param allowed failures of one address, each minute */
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
    // A map keeps the order in which its keys were added: the oldest window goes first.
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
