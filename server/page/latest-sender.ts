/**
 * Sends the newest of many values: one request at a time, for two could overtake each other,
 * with a gap between them, and always the last value.
 */
export class LatestSender<T> {
  private next: { value: T } | undefined;
  private running = false;

  /** @param send takes care of its own failures */
  constructor(
    private readonly send: (value: T) => Promise<void>,
    private readonly gapMs: number,
  ) {}

  /** Something is on its way, or waits for its turn. */
  get busy(): boolean {
    return this.running;
  }

  push(value: T): void {
    this.next = { value };
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.next) {
      const { value } = this.next;
      this.next = undefined;
      await Promise.allSettled([this.send(value), passed(this.gapMs)]);
    }
    this.running = false;
  }
}

function passed(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
