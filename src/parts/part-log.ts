/** Logs once that a part is missing, and once that it is back. Pure. */
export class PartLog {
  /** What is wrong with the part; empty while the part works. */
  problem = "";

  /** @param title name of the part, as the beginning of a sentence */
  constructor(
    private readonly title: string,
    private readonly say: (line: string) => void,
  ) {}

  works(): void {
    if (this.problem) this.say(`${this.title}: is back`);
    this.problem = "";
  }

  failed(problem: string): void {
    if (problem !== this.problem) this.say(`${this.title}: ${problem}`);
    this.problem = problem;
  }
}
