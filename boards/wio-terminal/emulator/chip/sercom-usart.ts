/** SERCOM in USART mode, with its internal clock: 8 bits, no parity, one stop bit. */
import type { Chip } from "./peripheral";
import { type Register, RegisterBlock } from "./registers";

const CTRLA = { swrst: 1, enable: 2, mode: 7 << 2, internal: 1 << 2, lsbFirst: 1 << 30 } as const;
const CTRLB = { sends: 1 << 16, receives: 1 << 17 } as const;
const FLAG = { dre: 1, txc: 2, rxc: 4, error: 128 } as const;
const STATUS = { frameError: 2, overflow: 4 } as const;
/** Flags in the order of their lines at the NVIC. */
const LINES = [FLAG.dre, FLAG.txc, FLAG.rxc, FLAG.error] as const;
const INTERRUPTS = 0xbf;
const BITS_PER_BYTE = 10;
const RECEIVE_BUFFER_BYTES = 2;
/**
 * Maximum deviation of the baud rate. With a larger deviation, a receiver samples the wrong bits.
 */
const BAUD_TOLERANCE = 0.03;

export interface UsartOptions {
  readonly name: string;
  readonly base: number;
  /** The USART's first NVIC line, for INTFLAG.DRE. */
  readonly line: number;
  /** Frequency of the SERCOM's GCLK channel. */
  readonly hz: () => number;
  /** @returns the problem with the pins; undefined if this SERCOM has all its pins */
  readonly wiring: () => string | undefined;
}

export class SercomUsart extends RegisterBlock {
  /** Called with each byte sent, and the baud rate. */
  onByte: (byte: number, baud: number) => void = () => undefined;
  /** Number of received bytes lost because the buffer was full. */
  lost = 0;

  private readonly ctrla: Register;
  private readonly ctrlb: Register;
  private readonly baudRegister: Register;
  private readonly enabled: Register;
  private readonly status: Register;
  private flags = 0;
  private readonly received: number[] = [];
  private sending = false;
  private toSend: number | undefined;
  private lineFreeMicros = 0;
  private cancelSending: () => void = () => undefined;

  constructor(
    private readonly chip: Chip,
    private readonly options: UsartOptions,
  ) {
    super(options.name, options.base, 0x400);
    this.ctrla = this.define({
      offset: 0x00,
      size: 4,
      writable: 0x7ff3_e79f,
      written: (value, before) => {
        if (value & CTRLA.swrst) this.reset();
        else if (value & ~before & CTRLA.enable) this.start();
        this.update();
      },
    });
    this.ctrlb = this.define({
      offset: 0x04,
      size: 4,
      writable: 0x0303_2747,
      written: () => this.update(),
    });
    this.define({ offset: 0x08, size: 4, writable: 0x0373_0f07 }); // CTRLC
    this.baudRegister = this.define({ offset: 0x0c, size: 2 });
    this.define({
      offset: 0x14,
      size: 1,
      read: () => this.get(this.enabled),
      written: (value) => this.enableInterrupts(this.get(this.enabled) & ~value),
    });
    this.enabled = this.define({
      offset: 0x16,
      size: 1,
      written: (value, before) => this.enableInterrupts(before | value),
    });
    this.define({
      offset: 0x18,
      size: 1,
      read: () => this.flags,
      written: (value) => {
        this.flags &= ~(value & (FLAG.txc | FLAG.error));
        this.update();
      },
    });
    this.status = this.define({
      offset: 0x1a,
      size: 2,
      writable: 0,
      written: (value, before) => this.set(this.status, before & ~value),
    });
    this.define({ offset: 0x1c, size: 4, read: () => 0 }); // SYNCBUSY
    this.define({
      offset: 0x28,
      size: 4,
      writable: 0x1ff,
      read: () => {
        const byte = this.received.shift() ?? 0;
        this.update();
        return byte;
      },
      written: (value) => this.send(value & 0xff),
    });
  }

  get baud(): number {
    const value = this.get(this.baudRegister);
    const hz = this.options.hz();
    switch ((this.get(this.ctrla) >>> 13) & 7) {
      case 0:
        return (hz / 16) * (1 - value / 65536);
      case 1:
        return hz / (16 * ((value & 0x1fff) + (value >>> 13) / 8));
      default:
        throw new Error(`${this.name}: a sampling that is not modelled`);
    }
  }

  /** Receives bytes from the peer, one after another at the peer's baud rate. */
  deliver(bytes: Uint8Array, baud: number): void {
    const { clock } = this.chip;
    for (const byte of bytes) {
      const from = Math.max(this.lineFreeMicros, clock.nowMicros);
      this.lineFreeMicros = from + (BITS_PER_BYTE * 1e6) / baud;
      clock.at(this.lineFreeMicros, () => this.arrive(byte, baud));
    }
  }

  override reset(): void {
    super.reset();
    this.cancelSending();
    this.flags = 0;
    this.received.length = 0;
    this.sending = false;
    this.toSend = undefined;
    this.update();
  }

  private get isOn(): boolean {
    return (this.get(this.ctrla) & CTRLA.enable) !== 0;
  }

  private start(): void {
    const control = this.get(this.ctrla);
    if ((control & CTRLA.mode) !== CTRLA.internal || !(control & CTRLA.lsbFirst))
      throw new Error(`${this.name}: only a USART with internal clock, LSB first, is modelled`);
    const wrong = this.options.wiring();
    if (wrong !== undefined) throw new Error(`${this.name}: ${wrong}`);
  }

  private send(byte: number): void {
    if (!this.isOn || !(this.get(this.ctrlb) & CTRLB.sends))
      throw new Error(`${this.name}: a send while its transmitter is off`);
    if (this.toSend !== undefined)
      throw new Error(`${this.name}: written while its data register is full`);
    this.toSend = byte;
    if (!this.sending) this.shift();
    this.update();
  }

  /** Moves the next byte from the data register to the line. */
  private shift(): void {
    const byte = this.toSend;
    this.toSend = undefined;
    this.sending = byte !== undefined;
    if (byte === undefined) {
      this.flags |= FLAG.txc;
    } else {
      const { clock } = this.chip;
      const baud = this.baud;
      this.flags &= ~FLAG.txc;
      this.cancelSending = clock.at(clock.nowMicros + (BITS_PER_BYTE * 1e6) / baud, () => {
        this.onByte(byte, baud);
        this.shift();
        this.update();
      });
    }
  }

  private arrive(byte: number, baud: number): void {
    if (!this.isOn || !(this.get(this.ctrlb) & CTRLB.receives)) return;
    const wrongPace = Math.abs(baud / this.baud - 1) > BAUD_TOLERANCE;
    if (wrongPace) this.set(this.status, this.get(this.status) | STATUS.frameError);
    if (this.received.length >= RECEIVE_BUFFER_BYTES) {
      this.lost += 1;
      this.set(this.status, this.get(this.status) | STATUS.overflow);
      this.flags |= FLAG.error;
    } else {
      this.received.push(wrongPace ? byte ^ 0xa5 : byte);
    }
    this.update();
  }

  private enableInterrupts(mask: number): void {
    this.set(this.enabled, mask & INTERRUPTS);
    this.update();
  }

  private update(): void {
    this.flags &= ~(FLAG.dre | FLAG.rxc);
    if (this.isOn && this.get(this.ctrlb) & CTRLB.sends && this.toSend === undefined)
      this.flags |= FLAG.dre;
    if (this.received.length > 0) this.flags |= FLAG.rxc;
    const raised = this.flags & this.get(this.enabled);
    LINES.forEach((flag, index) => {
      this.chip.setInterrupt(this.options.line + index, (raised & flag) !== 0);
    });
  }
}
