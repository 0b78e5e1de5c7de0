import type { Log, LogFields, LogSource } from "../base/log";

/** Maximum number of lines per second: as many as a person can follow. */
const LINES_PER_S = 20;
const SECOND_MS = 1_000;

/**
 * Rate-limited log of single messages: with a thousand devices, logging each message would be most
 * of the server's work. The first messages of each second are logged, the others counted.
 */
export class MessageLog {
  private lines = 0;
  private more = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly log: Log,
    private readonly source: LogSource,
  ) {}

  /**
   * Logs a message, or only counts it.
   * @param text returns the line; called only if the line is logged
   */
  note(text: () => string, details?: LogFields): void {
    // Each second begins with its first message.
    this.timer ??= setTimeout(() => this.endSecond(), SECOND_MS);
    if (this.lines++ < LINES_PER_S) this.log(this.source, text(), details);
    else this.more++;
  }

  stop(): void {
    this.endSecond();
  }

  private endSecond(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.more > 0) {
      const count = this.more.toLocaleString("en");
      this.log(this.source, `and ${count} more messages in the last second`);
    }
    this.lines = this.more = 0;
  }
}
