/**
 * SUPC, RSTC, PM and CMCC, which start-up code sets. Few of their registers have an effect in the
 * model.
 */
import { type Register, RegisterBlock } from "./registers";

const STATUS_READY = { bod33: 1, vreg: 1 << 8 } as const;
const BOD33_ENABLE = 2;

export class Supc extends RegisterBlock {
  constructor() {
    super("SUPC", 0x4000_1800, 0x400);
    this.define({
      offset: 0x0c,
      size: 4,
      read: () => STATUS_READY.vreg | (this.get(bod33) & BOD33_ENABLE ? STATUS_READY.bod33 : 0),
    });
    const bod33 = this.define({
      offset: 0x10,
      size: 4,
      writable: 0xffff_7ffe,
      written: (value, before) => {
        // Level and action are protected while BOD33 is enabled.
        if (before & value & BOD33_ENABLE && before !== value)
          throw new Error("SUPC: BOD33 is changed while it is enabled");
      },
    });
    this.define({ offset: 0x18, size: 4, reset: 2, writable: 0x0701_0086 }); // VREG
    this.define({ offset: 0x1c, size: 4, writable: 0x000f_00ce }); // VREF
  }
}

/** Causes of a reset, as RSTC.RCAUSE encodes them. */
export const RESET_CAUSE = { powerOn: 1, brownOut: 4, external: 16, watchdog: 32, system: 64 };

export class Rstc extends RegisterBlock {
  cause = RESET_CAUSE.powerOn;

  constructor() {
    super("RSTC", 0x4000_0c00, 0x400);
    this.define({ offset: 0, size: 1, read: () => this.cause });
    this.define({ offset: 2, size: 1, writable: 0 });
  }
}

export class Pm extends RegisterBlock {
  constructor() {
    super("PM", 0x4000_0400, 0x400);
    this.define({ offset: 0x00, size: 1, writable: 4 }); // CTRLA
    this.define({ offset: 0x01, size: 1, reset: 2, writable: 7 }); // SLEEPCFG
    this.define({ offset: 0x06, size: 1, reset: 1, writable: 0 }); // INTFLAG: SLEEPRDY
    this.define({ offset: 0x08, size: 1, writable: 0x33 }); // STDBYCFG
  }
}

/** The cache. It has no effect in the model, because memory is always up to date. */
export class Cmcc extends RegisterBlock {
  constructor() {
    super("CMCC", 0x4100_6000, 0x400);
    this.define({ offset: 0x00, size: 4, reset: 0x12d2, writable: 0 });
    this.define({ offset: 0x04, size: 4, reset: 0x20, writable: 0x76 });
    const control: Register = this.define({ offset: 0x08, size: 4, writable: 1 });
    this.define({ offset: 0x0c, size: 4, read: () => this.get(control) });
    this.define({
      offset: 0x20,
      size: 4,
      writable: 0,
      written: () => {
        // Datasheet, CMCC: the cache must be off while it is invalidated.
        if (this.get(control) & 1) throw new Error("CMCC: invalidated while it is enabled");
      },
    });
  }
}
