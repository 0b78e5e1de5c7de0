import { LineBusy } from "./gpio-line";
import { codeOf } from "./light-sensor";
import { busyProblem, NO_HEADER, openProblem, type Permission } from "./problems";
import { Watch } from "./watch";

export interface PinOptions<Line> {
  /** Of the part, as the beginning of a sentence. */
  title: string;
  /** Its GPIO number, and the field of the configuration that has it. */
  line: number;
  field: string;
  /** Of the GPIO chip; undefined if none was found. @throws Error with the `code` of errno(3) */
  path: () => string | undefined;
  /** @throws LineBusy; Error with the `code` of errno(3) */
  open: (path: string) => Line;
  permission: (path: string) => Permission;
  say: (line: string, level: "info" | "warn") => void;
}

/** A line of a GPIO chip that may be taken, and become free. */
export class Pin<Line extends { close(): void }> {
  private line: Line | undefined;
  private path: string | undefined;
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
    if (problem === undefined) this.watch.works();
    else {
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

  private attempt<T>(act: (line: Line, isNew: boolean) => T): { value?: T; problem?: string } {
    const { line, field, open, path, permission } = this.options;
    const isNew = this.line === undefined;
    try {
      if (this.line === undefined) {
        this.path = path();
        if (this.path === undefined) return { problem: NO_HEADER };
        this.line = open(this.path);
      }
      return { value: act(this.line, isNew) };
    } catch (error) {
      const chip = this.path ?? "/dev/gpiochip0";
      if (error instanceof LineBusy)
        return { problem: busyProblem(line, chip, error.consumer, field) };
      return { problem: openProblem(codeOf(error), chip, permission(chip)) };
    }
  }
}
