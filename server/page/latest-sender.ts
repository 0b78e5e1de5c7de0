/**
 * Sends a changing value with at most one request in flight, because two could overtake each other,
 * and a gap between requests. Values in between are skipped; the last one is always sent.
 */
import { sleep } from "../base/wait-for";
export class LatestSender<T> {
  private next: { value: T } | undefined;
  private running = false;

  /** @param send sends a value; must handle its own failures */
  constructor(
    private readonly send: (value: T) => Promise<void>,
    private readonly gapMs: number,
  ) {}

  /** Whether a value is in flight or pending. */
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
      await Promise.allSettled([this.send(value), sleep(this.gapMs)]);
    }
    this.running = false;
  }
}
