/** A queue of limited length for compiles: few at a time, and one per device. Pure. */

export type BusyReason = "device" | "all";

export class CompileQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly devices = new Set<string>();

  /**
   * @param atOnce maximum number of compiles at a time
   * @param longest maximum length of the queue
   */
  constructor(
    private readonly atOnce: number,
    private readonly longest: number,
  ) {}

  /**
   * Returns why a device must retry later: its own compile is running, or the queue is full.
   * Undefined if `run` accepts it now.
   */
  busyReason(device: string): BusyReason | undefined {
    if (this.devices.has(device)) return "device";
    return this.waiting.length >= this.longest ? "all" : undefined;
  }

  /** Runs the work when its turn comes. Call this function only if there is no `refusal`. */
  async run<T>(device: string, work: () => Promise<T>): Promise<T> {
    this.devices.add(device);
    try {
      if (this.running < this.atOnce) this.running++;
      // Work that ends hands its slot to the next work, so `running` stays the same.
      else await new Promise<void>((resolve) => this.waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = this.waiting.shift();
        if (next) next();
        else this.running--;
      }
    } finally {
      this.devices.delete(device);
    }
  }
}
