import type { Chip } from "./chip";

/** Registers and their defaults: datasheet DS86-2015-0004 of the LTR-390UV-01, section 4. */
const MAIN_CTRL = 0x00;
const MEAS_RATE = 0x04;
const GAIN = 0x05;
const PART_ID = 0x06;
const MAIN_STATUS = 0x07;
const ALS_DATA = 0x0d;
const WRITABLE = [MAIN_CTRL, MEAS_RATE, GAIN, 0x19, 0x1a, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26];

const ALS_ENABLE = 0x02;
const UVS_MODE = 0x08;
const STATUS_DATA = 0x08;
const STATUS_POWER_ON = 0x20;
const GAINS = [1, 3, 6, 9, 18];
/** Number of bits and conversion time, ms, by the code of the resolution. */
const RESOLUTIONS = [
  [20, 400],
  [19, 200],
  [18, 100],
  [17, 50],
  [16, 25],
  [13, 12.5],
] as const;
const RATES_MS = [25, 50, 100, 200, 500, 1000, 2000, 2000];
/** Time from standby to the first measurement (section 3), ms. */
const WAKE_MS = 10;

/** A simulated LTR390 of Lite-On, in light of a given illuminance. */
export class Ltr390Chip implements Chip {
  readonly address = 0x53;
  /** Part id. A real chip has 0xb2. */
  partId = 0xb2;
  /** True if the chip answers but never measures. */
  isStuck = false;
  private readonly registers = new Map<number, number>();
  private pointer = 0;
  private sinceMs = Infinity;
  /** Number of completed measurements that have been read, so they no longer count as new data. */
  private taken = 0;
  private isPowerOn = true;

  constructor(public lux: number) {
    this.powerUp();
  }

  /** Resets all registers to their defaults. The chip does not measure afterwards. */
  powerUp(): void {
    this.registers.clear();
    this.registers.set(MEAS_RATE, 0x22).set(GAIN, 0x01);
    this.isPowerOn = true;
    this.sinceMs = Infinity;
  }

  write([register = 0, ...values]: Uint8Array, nowMs: number): void {
    this.pointer = register;
    for (const value of values) {
      if (WRITABLE.includes(this.pointer)) this.set(this.pointer, value, nowMs);
      this.pointer++;
    }
  }

  read(count: number, nowMs: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.get(this.pointer++, nowMs));
  }

  private set(register: number, value: number, nowMs: number): void {
    const isMeasuring = this.sinceMs < Infinity;
    this.registers.set(register, value);
    const isWanted = (this.value(MAIN_CTRL) & (ALS_ENABLE | UVS_MODE)) === ALS_ENABLE;
    if (!isWanted) this.sinceMs = Infinity;
    else if (!isMeasuring || register === MEAS_RATE) {
      this.sinceMs = nowMs + WAKE_MS;
      this.taken = 0;
    }
  }

  private get(register: number, nowMs: number): number {
    if (register === PART_ID) return this.partId;
    if (register === MAIN_STATUS) return this.status(nowMs);
    if (register >= ALS_DATA && register < ALS_DATA + 3)
      return (this.count(nowMs) >> (8 * (register - ALS_DATA))) & 0xff;
    return this.value(register);
  }

  private value(register: number): number {
    return this.registers.get(register) ?? 0;
  }

  private status(nowMs: number): number {
    const done = this.done(nowMs);
    const isNew = done > this.taken;
    this.taken = done;
    const status = (isNew ? STATUS_DATA : 0) | (this.isPowerOn ? STATUS_POWER_ON : 0);
    this.isPowerOn = false;
    return status;
  }

  /** Returns the number of measurements completed since measuring was enabled. */
  private done(nowMs: number): number {
    const [, conversionMs] = this.resolution();
    const rateMs = RATES_MS[this.value(MEAS_RATE) & 7] ?? 0;
    const awakeMs = nowMs - this.sinceMs - conversionMs;
    // If the rate is faster than a conversion takes, the chip measures as fast as it can convert
    // (datasheet).
    if (this.isStuck || awakeMs < 0) return 0;
    return 1 + Math.floor(awakeMs / Math.max(rateMs, conversionMs));
  }

  /** Returns the value of the light register, which is zero before the first measurement. */
  private count(nowMs: number): number {
    if (this.done(nowMs) === 0) return 0;
    const [bits, conversionMs] = this.resolution();
    const gain = GAINS[this.value(GAIN) & 7] ?? 1;
    const count = Math.round((this.lux * gain * (conversionMs / 100)) / 0.6);
    return Math.min(count, 2 ** bits - 1);
  }

  private resolution(): readonly [bits: number, conversionMs: number] {
    return RESOLUTIONS[(this.value(MEAS_RATE) >> 4) & 7] ?? [18, 100];
  }
}
