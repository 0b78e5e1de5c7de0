import { LineBusy } from "./gpio-line";
import { codeOf } from "./light-sensor";
import { busyProblem, NO_HEADER, openProblem, type Permission } from "./problems";
import { Watch } from "./watch";

/** What an open line is here. */
export interface Line {
  set(isHigh: boolean): void;
  close(): void;
}

export interface LedOptions {
  /** Its GPIO number. */
  line: number;
  /** Of the GPIO chip; undefined if none was found. @throws Error with the `code` of errno(3) */
  path: () => string | undefined;
  /** @throws LineBusy; Error with the `code` of errno(3) */
  open: (path: string) => Line;
  permission: (path: string) => Permission;
  say: (line: string, level: "info" | "warn") => void;
}

/** An LED on a pin that may be taken, and become free. */
export class Led {
  private line: Line | undefined;
  private path: string | undefined;
  private shown = false;
  private readonly watch: Watch;

  constructor(private readonly options: LedOptions) {
    this.watch = new Watch("LED", 0, options.say);
  }

  /** Brings the pin to what is wanted, now or at a later call. */
  show(isOn: boolean): void {
    if (this.line !== undefined && isOn === this.shown) return;
    const problem = this.attempt(isOn);
    if (problem === undefined) this.watch.works();
    else {
      this.watch.failed(problem);
      this.drop();
    }
  }

  /** Off, and free for others. */
  close(): void {
    if (this.line !== undefined) this.show(false);
    this.drop();
  }

  private attempt(isOn: boolean): string | undefined {
    const { line, open, path, permission } = this.options;
    try {
      if (this.line === undefined) {
        this.path = path();
        if (this.path === undefined) return NO_HEADER;
        this.line = open(this.path);
        this.shown = false;
      }
      if (isOn !== this.shown) this.line.set(isOn);
      this.shown = isOn;
      return undefined;
    } catch (error) {
      if (error instanceof LineBusy) return busyProblem(line, this.path ?? "", error.consumer);
      const chip = this.path ?? "/dev/gpiochip0";
      return openProblem(codeOf(error), chip, permission(chip));
    }
  }

  private drop(): void {
    try {
      this.line?.close();
    } catch {
      // It has gone by itself.
    }
    this.line = undefined;
  }
}
