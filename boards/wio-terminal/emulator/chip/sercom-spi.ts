/**
 * SERCOM as an SPI host: 8 bits, mode 0, most significant bit first. Nothing drives the input: with
 * the receiver on, each byte sent causes a received zero.
 */
import type { Clock } from "./clock";
import { type Register, RegisterBlock } from "./registers";

const CTRLA = { swrst: 1, enable: 2, mode: 7 << 2, host: 3 << 2, dopo: 3 << 16 } as const;
/** The pins: data on pad 3, clock on pad 1. */
const DOPO_2 = 2 << 16;
/** CTRLA's bits for another phase, another polarity, or the least significant bit first. */
const CTRLA_OTHER_MODES = 7 << 28;
const RXEN = 1 << 17;
const FLAG = { dre: 1, txc: 2, rxc: 4 } as const;
/** The receiver's capacity until DATA is read; further bytes are lost. */
const RECEIVED_MAX = 2;

export interface SpiOptions {
  readonly name: string;
  readonly base: number;
  readonly clock: Clock;
  /** Frequency of the SERCOM's GCLK channel. */
  readonly hz: () => number;
  /** @returns the problem with the pins; undefined if this SERCOM has all its pins */
  readonly wiring: () => string | undefined;
}

export class SercomSpi extends RegisterBlock {
  /** Called with each byte sent. */
  onByte: (byte: number) => void = () => undefined;

  private readonly ctrla: Register;
  private readonly ctrlb: Register;
  private readonly baud: Register;
  /** When the last byte will be sent. */
  private idleMicros = 0;
  private hasSent = false;
  /** The receive times of unread bytes. */
  private readonly received: number[] = [];

  constructor(private readonly options: SpiOptions) {
    super(options.name, options.base, 0x400);
    this.ctrla = this.define({
      offset: 0x00,
      size: 4,
      writable: 0x7f33_019f,
      written: (value, before) => {
        if (value & CTRLA.swrst) this.reset();
        else if (value & ~before & CTRLA.enable) this.start();
      },
    });
    this.ctrlb = this.define({ offset: 0x04, size: 4, writable: RXEN }); // CHSIZE 0: 8 bits
    this.baud = this.define({ offset: 0x0c, size: 1 });
    this.define({ offset: 0x18, size: 1, writable: 0, read: () => this.flags() });
    this.define({ offset: 0x1c, size: 4, read: () => 0 }); // SYNCBUSY
    this.define({
      offset: 0x28,
      size: 4,
      writable: 0,
      read: () => this.take(),
      written: (value) => this.send(value),
    });
  }

  override reset(): void {
    super.reset();
    this.idleMicros = 0;
    this.hasSent = false;
    this.received.length = 0;
  }

  private get isOn(): boolean {
    return (this.get(this.ctrla) & CTRLA.enable) !== 0;
  }

  private get byteMicros(): number {
    return (8 * 2 * (this.get(this.baud) + 1) * 1e6) / this.options.hz();
  }

  private start(): void {
    const control = this.get(this.ctrla);
    if ((control & CTRLA.mode) !== CTRLA.host || control & CTRLA_OTHER_MODES)
      throw new Error(`${this.name}: only an SPI host of mode 0, MSB first, is modelled`);
    if ((control & CTRLA.dopo) !== DOPO_2)
      throw new Error(`${this.name}: sends on pads that are not wired`);
    const wrong = this.options.wiring();
    if (wrong !== undefined) throw new Error(`${this.name}: ${wrong}`);
  }

  /** INTFLAG. The data register is free if at most one byte is in flight. */
  private flags(): number {
    if (!this.isOn) return 0;
    const leftMicros = this.idleMicros - this.options.clock.nowMicros;
    const dre = leftMicros <= this.byteMicros ? FLAG.dre : 0;
    const rxc = this.hasReceived ? FLAG.rxc : 0;
    return dre | rxc | (this.hasSent && leftMicros <= 0 ? FLAG.txc : 0);
  }

  private get hasReceived(): boolean {
    const [firstMicros = Infinity] = this.received;
    return firstMicros <= this.options.clock.nowMicros;
  }

  private take(): number {
    if (this.hasReceived) this.received.shift();
    return 0;
  }

  private send(value: number): void {
    if (!this.isOn) throw new Error(`${this.name}: a send while it is off`);
    if (!(this.flags() & FLAG.dre))
      throw new Error(`${this.name}: written while its data register is full`);
    this.hasSent = true;
    this.idleMicros = Math.max(this.idleMicros, this.options.clock.nowMicros) + this.byteMicros;
    if (this.get(this.ctrlb) & RXEN && this.received.length < RECEIVED_MAX)
      this.received.push(this.idleMicros);
    this.onByte(value & 0xff);
  }
}
