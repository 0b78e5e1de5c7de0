import { Pin, type PinOptions } from "./pin";

/** What an open line is here. */
export interface OutputLine {
  set(isHigh: boolean): void;
  close(): void;
}

/** An LED on a pin: low is off. */
export class Led {
  private shown = false;
  private readonly pin: Pin<OutputLine>;

  constructor(options: Omit<PinOptions<OutputLine>, "title" | "field">) {
    this.pin = new Pin({ ...options, title: "LED", field: "ledGpio" });
  }

  /** Brings the pin to what is wanted, now or at a later call. */
  show(isOn: boolean): void {
    if (this.pin.isOpen && isOn === this.shown) return;
    this.pin.use((line, isNew) => {
      if (isNew) this.shown = false;
      if (isOn !== this.shown) line.set(isOn);
      this.shown = isOn;
    });
  }

  /** Off, and free for others. */
  close(): void {
    if (this.pin.isOpen) this.show(false);
    this.pin.close();
  }
}
