import { Pin, type PinOptions } from "./pin";

/** An open line of a button. */
export interface InputLine {
  isPressed(): boolean;
  close(): void;
}

/**
 * A button on a pin. The polling interval is longer than a contact bounces: a poll during a bounce
 * reads the old or the new state, and the next poll reads the new state.
 */
export class Button {
  /** The polling interval, ms. A contact bounces for less time, some milliseconds. */
  static readonly LOOK_MS = 20;
  private wasPressed = true;
  private readonly pin: Pin<InputLine>;

  constructor(options: Omit<PinOptions<InputLine>, "title" | "field">) {
    this.pin = new Pin({ ...options, title: "button", field: "buttonGpio" });
  }

  get isThere(): boolean {
    return this.pin.isOpen;
  }

  /**
   * @returns whether the button went down since the last call; false for a button that was down
   * when its line was opened
   */
  wentDown(): boolean {
    const isPressed = this.pin.use((line) => line.isPressed()) ?? true;
    const wentDown = isPressed && !this.wasPressed && this.isThere;
    this.wasPressed = isPressed;
    return wentDown;
  }

  close(): void {
    this.pin.close();
  }
}
