import { LineBusy } from "./gpio-line";
import { errnoOf } from "./light-sensor";
import { OutageLog } from "./outage-log";
import { busyProblem, gpioProblem, openProblem, type Permission } from "./problems";

export interface PinOptions<Line> {
  /** The name of the part, as the beginning of a message. */
  title: string;
  /** The GPIO number, and the field of the configuration that sets it. */
  line: number;
  field: string;
  /** Finds the pin's chip; undefined if there is none. @throws Error with the `code` of errno(3) */
  path: () => string | undefined;
  /** The problem if no chip was found. */
  missing: string;
  /** @throws LineBusy; LineNotReady; Error with the `code` of errno(3) */
  open: (path: string) => Line;
  permission: (path: string) => Permission;
  say: (line: string, level: "info" | "warn") => void;
}

/** The line exists but can't be used yet. */
export class LineNotReady extends Error {}

/**
 * Maximum number of tries in a row, some two seconds. Afterwards, access counts as not permitted.
 */
const NOT_READY_TRIES_MAX = 40;

/** A line of a chip. Another program may use the line, and release it. */
export class Pin<Line extends { close(): void }> {
  private line: Line | undefined;
  private path: string | undefined;
  private notReadyTries = 0;
  private readonly watch: OutageLog;

  constructor(private readonly options: PinOptions<Line>) {
    this.watch = new OutageLog(options.title, 0, options.say);
  }

  get isOpen(): boolean {
    return this.line !== undefined;
  }

  /**
   * Opens the line if necessary and calls `act` with it. Logs a problem.
   * @param act uses the line; `isNew` is true if the line has just been opened
   * @returns the result of `act`, or undefined at a problem
   */
  use<T>(act: (line: Line, isNew: boolean) => T): T | undefined {
    const { value, problem } = this.attempt(act);
    if (problem === undefined) {
      this.notReadyTries = 0;
      this.watch.works();
    } else if (problem !== "") {
      this.watch.failed(problem);
      this.close();
    }
    return value;
  }

  /** Releases the line. */
  close(): void {
    try {
      this.line?.close();
    } catch {
      // The line does not exist any more.
    }
    this.line = undefined;
  }

  /** @returns an empty problem if the line can't be used yet */
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
      if (error instanceof LineNotReady)
        return {
          problem:
            ++this.notReadyTries < NOT_READY_TRIES_MAX
              ? ""
              : openProblem("EACCES", chip, permission(chip)),
        };
      if (error instanceof LineBusy)
        return { problem: busyProblem(line, chip, error.consumer, field) };
      return { problem: gpioProblem(errnoOf(error), chip, line, permission(chip)) };
    }
  }
}
