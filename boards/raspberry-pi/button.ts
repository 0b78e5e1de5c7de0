import { Pin, type PinOptions } from "./pin";

/** What an open line is here. */
export interface InputLine {
  isPressed(): boolean;
  close(): void;
}

/**
 * A button on a pin. It is looked at more seldom than a contact bounces: what is seen while it
 * does is the old or the new, and the next look sees the new.
 */
export class Button {
  /** A contact bounces for some milliseconds. */
  static readonly LOOK_MS = 20;
  private wasPressed = true;
  private readonly pin: Pin<InputLine>;

  constructor(options: Omit<PinOptions<InputLine>, "title" | "field">) {
    this.pin = new Pin({ ...options, title: "button", field: "buttonGpio" });
  }

  get isThere(): boolean {
    return this.pin.isOpen;
  }

  /** @returns whether it went down since the last look; not if it was down when its line opened */
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
