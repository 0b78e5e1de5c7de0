/**
 * USB as a full-speed device with both banks. DS60001507, USB; CMSIS `component/usb.h`; and
 * behaviour that hathach/tinyusb (dcd_samd.c), the factory bootloader and Arduino's core rely on.
 *
 * A set-up packet ends a stall of endpoint 0: dcd_samd.c never ends the stall itself, and works. A
 * set-up packet also clears BK1RDY: Arduino's core leaves BK1RDY set after SET_ADDRESS, and works.
 * Where the sources say nothing, the model takes the case that is harder for the firmware: a set-up
 * packet does not change BK0RDY, SUSPEND cannot be cleared while the bus is idle, and a bus reset
 * sets WAKEUP, too.
 */
import type { Chip } from "./peripheral";
import { type Register, RegisterBlock } from "./registers";
import { type TransferDirection, UsbBanks, UsbMisuse } from "./usb-banks";

const LINE = { other: 80, sof: 81, trcpt0: 82, trcpt1: 83 };

const CTRLA = { swrst: 1, enable: 2 };
const DETACH = 1;
const ADDEN = 0x80;
const INT = { suspend: 1, sof: 1 << 2, eorst: 1 << 3, wakeup: 1 << 4, eorsm: 1 << 5 };

const STATUS = { dtglout: 1, dtglin: 2, stallrq: [0x10, 0x20], bkrdy: [0x40, 0x80] } as const;
const STATUS_BITS = 0xf7;
const FLAG = { trcpt: [1, 2], trfail: [4, 8], rxstp: 0x10, stall: [0x20, 0x40] } as const;
/** EPCFG holds the type plus one; zero means "disabled". */
const TYPE_CONTROL = 1;

const ENDPOINTS = 8;
const SETUP_BYTES = 8;

/** The device's answer to a transaction; "none" if another device is addressed. */
export type Handshake = "ack" | "nak" | "stall" | "none";
export type InReply = { data: Uint8Array; toggle: boolean } | Exclude<Handshake, "ack">;

interface Endpoint {
  readonly config: Register;
  readonly status: Register;
  readonly flags: Register;
  readonly enabled: Register;
}

export class UsbDevice extends RegisterBlock {
  /** Called when the device attaches to the bus or detaches from the bus. */
  onAttach: (attached: boolean) => void = () => undefined;
  private isAttached = false;
  /** Whether the bus is idle. */
  private isIdle = false;
  private readonly control: Register;
  private readonly controlB: Register;
  private readonly address: Register;
  private readonly interrupts: Register;
  private readonly flags: Register;
  private readonly banks: UsbBanks;
  private readonly endpoints: Endpoint[] = [];

  constructor(private readonly chip: Chip) {
    super("USB", 0x4100_0000, 0x400);
    this.control = this.define({
      offset: 0x00,
      size: 1,
      writable: 0x87,
      written: (value) => this.start(value),
    });
    this.define({ offset: 0x02, size: 1, writable: 0 }); // SYNCBUSY
    this.define({ offset: 0x03, size: 1, reset: 0x0f, writable: 0x0f }); // QOSCTRL
    this.controlB = this.define({
      offset: 0x08,
      size: 2,
      reset: DETACH,
      writable: 0x0e1f,
      written: () => this.attach(),
    });
    this.address = this.define({ offset: 0x0a, size: 1 });
    this.define({ offset: 0x0c, size: 1, reset: 0x40, writable: 0 }); // STATUS: full speed, idle
    this.interrupts = this.setter(0x18, 2, 0x03fd);
    this.clearerOf(this.interrupts, 0x14);
    this.flags = this.define({
      offset: 0x1c,
      size: 2,
      written: (value, before) => {
        this.change(this.flags, (before & ~value) | (this.isIdle ? INT.suspend : 0));
      },
    });
    this.define({ offset: 0x20, size: 2, writable: 0, read: () => this.summary() }); // EPINTSMRY
    const descriptors = this.define({ offset: 0x24, size: 4 });
    this.banks = new UsbBanks(chip, () => this.get(descriptors));
    this.define({ offset: 0x28, size: 2, writable: 0x77df }); // PADCAL
    for (let n = 0; n < ENDPOINTS; n++) this.endpoints.push(this.defineEndpoint(n));
  }

  get attached(): boolean {
    return this.isAttached;
  }

  override reset(): void {
    super.reset();
    this.isIdle = false;
    this.attach();
    this.update();
  }

  /** Performs a bus reset: both lines were low for at least 10 ms. */
  busReset(): void {
    if (!this.isAttached) return;
    this.isIdle = false;
    this.set(this.address, 0);
    for (const { config, status, flags, enabled } of this.endpoints)
      for (const register of [config, status, flags, enabled]) this.set(register, 0);
    this.raise(INT.eorst);
  }

  /** Reports that the bus was idle for 3 ms. */
  suspend(): void {
    this.isIdle = true;
    this.raise(INT.suspend);
  }

  /** Ends the idle state: a resume or a reset begins, or the cable was plugged in. */
  wakeUp(): void {
    this.isIdle = false;
    this.raise(INT.wakeup);
  }

  endOfResume(): void {
    this.raise(INT.eorsm);
  }

  startOfFrame(): void {
    if (this.isAttached) this.raise(INT.sof);
  }

  setup(address: number, endpoint: number, bytes: Uint8Array): Handshake {
    const target = this.listening(address, endpoint, 0);
    if (!target || this.typeOf(target, 0) !== TYPE_CONTROL) return "none";
    if (bytes.length !== SETUP_BYTES) throw new UsbMisuse("a set-up packet has eight bytes");
    this.banks.receive(endpoint, bytes);
    const dropped = STATUS.stallrq[0] | STATUS.stallrq[1] | STATUS.bkrdy[1];
    const status = this.get(target.status) & ~dropped;
    this.change(target.status, status | STATUS.dtglout | STATUS.dtglin);
    this.change(target.flags, this.get(target.flags) | FLAG.rxstp);
    return "ack";
  }

  out(address: number, endpoint: number, bytes: Uint8Array, toggle: boolean): Handshake {
    const target = this.listening(address, endpoint, 0);
    if (!target) return "none";
    const status = this.get(target.status);
    if (status & STATUS.stallrq[0]) return this.refuse(target, 0);
    if (status & STATUS.bkrdy[0]) return this.hold(target, 0);
    // A repeated packet: the host missed the acknowledgement (USB 2.0, 8.6.3).
    if (Boolean(status & STATUS.dtglout) !== toggle) return "ack";
    this.banks.receive(endpoint, bytes);
    this.change(target.status, (status ^ STATUS.dtglout) | STATUS.bkrdy[0]);
    this.change(target.flags, this.get(target.flags) | FLAG.trcpt[0]);
    return "ack";
  }

  in(address: number, endpoint: number): InReply {
    const target = this.listening(address, endpoint, 1);
    if (!target) return "none";
    const status = this.get(target.status);
    if (status & STATUS.stallrq[1]) return this.refuse(target, 1);
    if (!(status & STATUS.bkrdy[1])) return this.hold(target, 1);
    const { data, isLast } = this.banks.send(endpoint);
    this.change(target.status, (isLast ? status & ~STATUS.bkrdy[1] : status) ^ STATUS.dtglin);
    if (isLast) this.change(target.flags, this.get(target.flags) | FLAG.trcpt[1]);
    return { data, toggle: Boolean(status & STATUS.dtglin) };
  }

  private defineEndpoint(n: number): Endpoint {
    const at = 0x100 + 0x20 * n;
    const config = this.define({ offset: at, size: 1, writable: 0x77 });
    const status = this.define({ offset: at + 6, size: 1, writable: 0 });
    this.define({
      offset: at + 4,
      size: 1,
      read: () => 0,
      written: (value) => this.change(status, this.get(status) & ~value),
    });
    this.define({
      offset: at + 5,
      size: 1,
      read: () => 0,
      written: (value) => this.change(status, this.get(status) | (value & STATUS_BITS)),
    });
    const flags: Register = this.define({
      offset: at + 7,
      size: 1,
      written: (value, before) => this.change(flags, before & ~value),
    });
    const enabled = this.setter(at + 9, 1, 0x7f);
    this.clearerOf(enabled, at + 8);
    return { config, status, flags, enabled };
  }

  /** A register in which writing ones sets bits. Zeros change nothing. */
  private setter(offset: number, size: 1 | 2, bits: number): Register {
    const register: Register = this.define({
      offset,
      size,
      written: (value, before) => this.change(register, before | (value & bits)),
    });
    return register;
  }

  /** The counterpart of a `setter` register: writing ones clears bits. */
  private clearerOf(register: Register, offset: number): void {
    this.define({
      offset,
      size: register.size,
      read: () => this.get(register),
      written: (value) => this.change(register, this.get(register) & ~value),
    });
  }

  private change(register: Register, value: number): void {
    this.set(register, value);
    this.update();
  }

  private raise(flag: number): void {
    this.change(this.flags, this.get(this.flags) | flag);
  }

  private start(value: number): void {
    if (value & CTRLA.swrst) this.reset();
    this.attach();
  }

  private attach(): void {
    const enabled = Boolean(this.get(this.control) & CTRLA.enable);
    const attached = enabled && !(this.get(this.controlB) & DETACH);
    if (attached === this.isAttached) return;
    this.isAttached = attached;
    if (attached) this.suspend(); // the bus is idle until the host's first reset
    this.onAttach(attached);
  }

  private typeOf(target: Endpoint, way: TransferDirection): number {
    return (this.get(target.config) >>> (4 * way)) & 7;
  }

  private listening(
    address: number,
    endpoint: number,
    way: TransferDirection,
  ): Endpoint | undefined {
    const target = this.endpoints[endpoint];
    if (!target || !this.isAttached || (this.get(this.address) & ~ADDEN) !== address) return;
    return this.typeOf(target, way) === 0 ? undefined : target;
  }

  private refuse(target: Endpoint, way: TransferDirection): "stall" {
    this.change(target.flags, this.get(target.flags) | FLAG.stall[way]);
    return "stall";
  }

  private hold(target: Endpoint, way: TransferDirection): "nak" {
    this.change(target.flags, this.get(target.flags) | FLAG.trfail[way]);
    return "nak";
  }

  /** EPINTSMRY: one bit for each endpoint with a pending interrupt. */
  private summary(): number {
    return this.endpoints.reduce(
      (sum, { flags, enabled }, n) => sum | (this.get(flags) & this.get(enabled) ? 1 << n : 0),
      0,
    );
  }

  private update(): void {
    const pending = this.get(this.flags) & this.get(this.interrupts);
    let [other, trcpt0, trcpt1] = [(pending & ~INT.sof) !== 0, false, false];
    for (const { flags, enabled } of this.endpoints) {
      const raised = this.get(flags) & this.get(enabled);
      trcpt0 ||= Boolean(raised & FLAG.trcpt[0]);
      trcpt1 ||= Boolean(raised & FLAG.trcpt[1]);
      other ||= Boolean(raised & ~(FLAG.trcpt[0] | FLAG.trcpt[1]));
    }
    this.chip.setInterrupt(LINE.other, other);
    this.chip.setInterrupt(LINE.sof, Boolean(pending & INT.sof));
    this.chip.setInterrupt(LINE.trcpt0, trcpt0);
    this.chip.setInterrupt(LINE.trcpt1, trcpt1);
  }
}
