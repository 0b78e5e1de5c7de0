import { LineBusy } from "./gpio-line";
import { codeOf } from "./light-sensor";
import { busyProblem, gpioProblem, openProblem, type Permission } from "./problems";
import { Watch } from "./watch";

export interface PinOptions<Line> {
  /** Of the part, as the beginning of a sentence. */
  title: string;
  /** Its GPIO number, and the field of the configuration that has it. */
  line: number;
  field: string;
  /** Of the pin's chip; undefined if none was found. @throws Error with the `code` of errno(3) */
  path: () => string | undefined;
  /** What is wrong if none was found. */
  missing: string;
  /** @throws LineBusy; NotYet; Error with the `code` of errno(3) */
  open: (path: string) => Line;
  permission: (path: string) => Permission;
  say: (line: string, level: "info" | "warn") => void;
}

/** The line is there, and can't be used yet. */
export class NotYet extends Error {}

/** How often in a row: some two seconds. After that the group has no right to it. */
const NOT_YET_TIMES = 40;

/** A line of a chip that may be taken, and become free. */
export class Pin<Line extends { close(): void }> {
  private line: Line | undefined;
  private path: string | undefined;
  private notYet = 0;
  private readonly watch: Watch;

  constructor(private readonly options: PinOptions<Line>) {
    this.watch = new Watch(options.title, 0, options.say);
  }

  get isOpen(): boolean {
    return this.line !== undefined;
  }

  /**
   * Opens the line if need be. What is wrong is said.
   * @param act what to do with it; `isNew` right after it was opened
   * @returns what that returns, or undefined if it could not be done
   */
  use<T>(act: (line: Line, isNew: boolean) => T): T | undefined {
    const { value, problem } = this.attempt(act);
    if (problem === undefined) {
      this.notYet = 0;
      this.watch.works();
    } else if (problem !== "") {
      this.watch.failed(problem);
      this.close();
    }
    return value;
  }

  /** Free for others. */
  close(): void {
    try {
      this.line?.close();
    } catch {
      // It has gone by itself.
    }
    this.line = undefined;
  }

  /** @returns an empty problem if it is too early to tell */
  private attempt<T>(act: (line: Line, isNew: boolean) => T): { value?: T; problem?: string } {
    const { line, field, missing, open, path, permission } = this.options;
    const isNew = this.line === undefined;
    try {
      if (this.line === undefined) {
        this.path = path();
        if (this.path === undefined) return { problem: missing };
        this.line = open(this.path);
      }
      return { value: act(this.line, isNew) };
    } catch (error) {
      const chip = this.path ?? "/dev/gpiochip0";
      if (error instanceof NotYet)
        return {
          problem:
            ++this.notYet < NOT_YET_TIMES ? "" : openProblem("EACCES", chip, permission(chip)),
        };
      if (error instanceof LineBusy)
        return { problem: busyProblem(line, chip, error.consumer, field) };
      return { problem: gpioProblem(codeOf(error), chip, line, permission(chip)) };
    }
  }
}
