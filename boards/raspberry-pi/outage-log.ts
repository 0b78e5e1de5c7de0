/** Logs once that a part has gone, and once that it is back. Pure. */
export class OutageLog {
  private failures: number;
  private said: string | undefined;

  /**
   * @param title the part's name, as the beginning of a message
   * @param patience how many failures in a row are tolerated after the part has worked
   */
  constructor(
    private readonly title: string,
    private readonly patience: number,
    private readonly say: (line: string, level: "info" | "warn") => void,
  ) {
    this.failures = patience;
  }

  works(): void {
    this.failures = 0;
    if (this.said === undefined) return;
    this.said = undefined;
    this.say(`${this.title} is back`, "info");
  }

  /** @returns whether the part counts as gone */
  failed(problem: string): boolean {
    this.failures++;
    if (this.said === undefined && this.failures <= this.patience) return false;
    if (this.said !== problem) this.say(`${this.title}: ${problem}`, "warn");
    this.said = problem;
    return true;
  }
}
