/** Who may compile when: few at a time, one of each device, and no queue without an end. Pure. */

export type Busy = "device" | "all";

export class CompileQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly devices = new Set<string>();

  /**
   * @param atOnce how many run at a time
   * @param longest how many wait at most
   */
  constructor(
    private readonly atOnce: number,
    private readonly longest: number,
  ) {}

  /** Why a device has to try later; undefined if `run` takes it now. */
  refusal(device: string): Busy | undefined {
    if (this.devices.has(device)) return "device";
    return this.waiting.length >= this.longest ? "all" : undefined;
  }

  /** Runs it as soon as its turn comes. Call it only if there is no `refusal`. */
  async run<T>(device: string, work: () => Promise<T>): Promise<T> {
    this.devices.add(device);
    try {
      if (this.running < this.atOnce) this.running++;
      // Who ends hands its place on.
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
