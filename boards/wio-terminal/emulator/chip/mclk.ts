/** MCLK: the bus clocks of the peripherals, and the core's divider. */
import { type Register, RegisterBlock } from "./registers";

export type BusName = "APBA" | "APBB" | "APBC" | "APBD";

export class Mclk extends RegisterBlock {
  onChange: () => void = () => undefined;
  private readonly divider: Register;
  private readonly masks: Readonly<Record<BusName, Register>>;

  constructor() {
    super("MCLK", 0x4000_0800, 0x400);
    this.define({ offset: 0x03, size: 1, reset: 1, writable: 0 }); // INTFLAG: CKRDY
    this.define({ offset: 0x04, size: 1, reset: 1, writable: 0 }); // HSDIV
    const onChange = (): void => this.onChange();
    this.divider = this.define({ offset: 0x05, size: 1, reset: 1, written: onChange });
    this.define({ offset: 0x10, size: 4, reset: 0x00ff_ffff, writable: 0x00f9_b75f }); // AHBMASK
    const mask = (offset: number, reset: number, writable: number): Register =>
      this.define({ offset, size: 4, reset, writable });
    this.masks = {
      APBA: mask(0x14, 0x0000_07ff, 0xffff),
      APBB: mask(0x18, 0x0001_8056, 0x0001_7e97),
      APBC: mask(0x1c, 0x0000_2000, 0x6ff8),
      APBD: mask(0x20, 0, 0xfff),
    };
  }

  get coreDivider(): number {
    return this.get(this.divider);
  }

  hasClock(bus: BusName, bit: number): boolean {
    return ((this.get(this.masks[bus]) >>> bit) & 1) === 1;
  }
}
