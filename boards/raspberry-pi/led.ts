import { Pin, type PinOptions } from "./pin";

/** An open line of an LED. */
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

  /** Sets the LED. If the pin can't be opened now, a later call tries again. */
  show(isOn: boolean): void {
    if (this.pin.isOpen && isOn === this.shown) return;
    this.pin.use((line, isNew) => {
      if (isNew) this.shown = false;
      if (isOn !== this.shown) line.set(isOn);
      this.shown = isOn;
    });
  }

  /** Switches the LED off and releases its pin. */
  close(): void {
    if (this.pin.isOpen) this.show(false);
    this.pin.close();
  }
}
