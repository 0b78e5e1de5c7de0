/** ADC0 and ADC1: single or free-running conversions of single-ended inputs, with averaging. */
import type { Clock } from "./clock";
import { type Register, RegisterBlock } from "./registers";

const CTRLA = { swrst: 1, enable: 2 } as const;
const CTRLB_FREERUN = 2;
const RESULT_BITS = [12, 16, 10, 8] as const;
const REFERENCE_VDDANA = 3;
const AGAINST_GROUND = 0x18;
const SWTRIG = { flush: 1, start: 2 } as const;
const RESRDY = 1;
const FULL_SCALE = 4095;
/** Clocks of a conversion: one to start, and one for each of the 12 bits. */
const CONVERSION_CLOCKS = 13;

export interface AdcOptions {
  readonly name: string;
  readonly base: number;
  readonly clock: Clock;
  /** Frequency of the ADC's GCLK channel. */
  readonly hz: () => number;
  /** The factory-measured value that the program must write to CALIB. */
  readonly calibration: number;
  /** Voltage at an input, given its AIN number: 0..1 of the supply. */
  readonly level: (input: number) => number;
  /**
   * Called for a misuse that real hardware accepts silently.
   * @throws unless the chip is tolerant
   */
  readonly misuse: (text: string) => void;
}

export class Adc extends RegisterBlock {
  private readonly ctrla: Register;
  private readonly inputctrl: Register;
  private readonly ctrlb: Register;
  private readonly refctrl: Register;
  private readonly avgctrl: Register;
  private readonly sampctrl: Register;
  private readonly calib: Register;
  private startedMicros = Infinity;
  /** The number of results since the last start that the program has read or cleared. */
  private taken = 0;
  /** The number of results between enabling the ADC and the last start. */
  private earlier = 0;

  constructor(private readonly options: AdcOptions) {
    super(options.name, options.base, 0x400);
    this.ctrla = this.define({
      offset: 0x00,
      size: 2,
      writable: 0x87fb,
      written: (value, before) => {
        if (value & CTRLA.swrst) this.reset();
        else if (value & ~before & CTRLA.enable) this.enable();
      },
    });
    this.inputctrl = this.define({ offset: 0x04, size: 2, writable: 0x9f9f });
    this.ctrlb = this.define({ offset: 0x06, size: 2, writable: 0x0f1f });
    this.refctrl = this.define({ offset: 0x08, size: 1, writable: 0x8f });
    this.avgctrl = this.define({ offset: 0x0a, size: 1, writable: 0x7f });
    this.sampctrl = this.define({ offset: 0x0b, size: 1, writable: 0xbf });
    this.define({
      offset: 0x14,
      size: 1,
      writable: 0,
      written: (value) => {
        if (value & SWTRIG.start && this.isOn) this.start();
      },
    });
    this.define({
      offset: 0x2e,
      size: 1,
      read: () => (this.results > this.taken ? RESRDY : 0),
      written: (value) => {
        if (value & RESRDY) this.taken = this.results;
      },
    });
    this.define({ offset: 0x30, size: 4, read: () => 0 }); // SYNCBUSY
    this.define({ offset: 0x40, size: 2, read: () => this.result() });
    this.calib = this.define({ offset: 0x48, size: 2, writable: 0x777 });
  }

  override reset(): void {
    super.reset();
    this.forget();
  }

  private get isOn(): boolean {
    return (this.get(this.ctrla) & CTRLA.enable) !== 0;
  }

  private enable(): void {
    if (this.get(this.calib) !== this.options.calibration)
      this.options.misuse(`${this.name}: enabled without the factory's calibration`);
    if ((this.get(this.refctrl) & 0xf) !== REFERENCE_VDDANA)
      throw new Error(`${this.name}: reference other than the supply: not modelled`);
    this.forget();
  }

  private forget(): void {
    this.startedMicros = Infinity;
    this.taken = this.earlier = 0;
  }

  private start(): void {
    this.earlier += this.results;
    this.startedMicros = this.options.clock.nowMicros;
    this.taken = 0;
  }

  private get samples(): number {
    return 2 ** (this.get(this.avgctrl) & 0xf);
  }

  private get results(): number {
    const prescaler = 2 ** (((this.get(this.ctrla) >>> 8) & 7) + 1);
    const clocks = CONVERSION_CLOCKS + (this.get(this.sampctrl) & 0x3f);
    const micros = (this.samples * clocks * prescaler * 1e6) / this.options.hz();
    const done = Math.floor((this.options.clock.nowMicros - this.startedMicros) / micros);
    if (done < 0 || Number.isNaN(done)) return 0;
    return this.get(this.ctrlb) & CTRLB_FREERUN ? done : Math.min(done, 1);
  }

  private result(): number {
    const results = this.results;
    this.taken = results;
    const input = this.get(this.inputctrl);
    if (((input >>> 8) & 0x1f) !== AGAINST_GROUND)
      throw new Error(`${this.name}: negative input other than ground: not modelled`);
    // The first result after enabling must not be used (datasheet, ADC), so it is made wrong here.
    const seen = this.options.level(input & 0x1f);
    const level = this.earlier + results <= 1 ? 1 - seen : seen;
    const sum = Math.round(Math.min(1, Math.max(0, level)) * FULL_SCALE) * this.samples;
    const bits = RESULT_BITS[((this.get(this.ctrlb) >>> 3) & 3) as 0 | 1 | 2 | 3];
    const shift = this.samples > 1 ? (this.get(this.avgctrl) >>> 4) & 7 : 12 - bits;
    return Math.floor(sum / 2 ** Math.max(0, shift)) & 0xffff;
  }
}
