import { emitter, sleep } from "@devicescript/core";
import { bus } from "./i2c";
import { ratioOfLux } from "./light-curve";
import { PartLog } from "./part-log";

/** Lite-On LTR-390UV-01, datasheet DS86-2015-0004, section 4: address and registers. */
const ADDRESS = 0x53;
const MAIN_CTRL = 0x00;
const ALS_UVS_MEAS_RATE = 0x04;
const ALS_UVS_GAIN = 0x05;
const PART_ID = 0x06;
const MAIN_STATUS = 0x07;
const ALS_DATA = 0x0d;

const PART_NUMBER = 0xb;
const ALS_ENABLE = 0x02;
/** Resolution and rate: every 100 ms one measurement of 18 bits, which takes 100 ms. */
const RATE_18_BITS_100_MS = 0x22;
const GAIN_3 = 0x01;
const STATUS_DATA_IS_NEW = 0x08;
const STATUS_POWER_ON = 0x20;
/** Datasheet 5.1: lux = 0.6 × count ÷ (gain × integration time ÷ 100 ms), without a window. */
const LUX_PER_COUNT = 0.6 / 3;

const SAMPLE_INTERVAL_MS = 200;
/** After this many samples without a measurement the chip counts as stopped. */
const STALE_SAMPLES = 5;

/** The light sensor LTR390. The chip may be missing at the start, get lost, and come back. */
export class Ltr390 {
  /** A ratio of full light, 0..1, for each measurement. */
  readonly reading = emitter<number>();
  private readonly presence = new PartLog("Light sensor", (line) => {
    console.log(line);
  });
  private isSetUp = false;
  private staleSamples = 0;

  constructor() {
    this.run.start();
  }

  /** Returns what is wrong with the chip; empty while it measures. */
  problem(): string {
    return this.presence.problem;
  }

  /** Samples the chip until power-off. */
  private async run(): Promise<void> {
    for (;;) {
      let problem = "";
      try {
        problem = await this.sample();
      } catch {
        problem = "no LTR390 answers on I2C, check its four wires";
      }
      if (problem) {
        this.isSetUp = false;
        this.presence.failed(problem);
      }
      await sleep(SAMPLE_INTERVAL_MS);
    }
  }

  /**
   * Sets the chip up if necessary, and reads a new measurement if there is one.
   * @returns what is wrong, or an empty text
   * @throws Error if the chip does not answer
   */
  private async sample(): Promise<string> {
    if (!this.isSetUp) {
      const part = await bus.readReg(ADDRESS, PART_ID);
      if (part >> 4 !== PART_NUMBER) return `expected an LTR390 at 0x53, got part ${part}`;
      await this.setUp();
      this.isSetUp = true;
      this.staleSamples = 0;
      return "";
    }
    const status = await bus.readReg(ADDRESS, MAIN_STATUS);
    // The chip lost power for a moment, and its registers are back to their defaults.
    if (status & STATUS_POWER_ON) this.isSetUp = false;
    else if (status & STATUS_DATA_IS_NEW) await this.measured();
    else if (++this.staleSamples >= STALE_SAMPLES) return "the LTR390 does not measure";
    return "";
  }

  private async setUp(): Promise<void> {
    await bus.writeReg(ADDRESS, ALS_UVS_MEAS_RATE, RATE_18_BITS_100_MS);
    await bus.writeReg(ADDRESS, ALS_UVS_GAIN, GAIN_3);
    await bus.writeReg(ADDRESS, MAIN_CTRL, ALS_ENABLE);
    // Clears the power-on bit, which the chip reports once.
    await bus.readReg(ADDRESS, MAIN_STATUS);
  }

  private async measured(): Promise<void> {
    const data = await bus.readRegBuf(ADDRESS, ALS_DATA, 3);
    const count = data[0] | (data[1] << 8) | ((data[2] & 0xf) << 16);
    this.staleSamples = 0;
    this.presence.works();
    this.reading.emit(ratioOfLux(count * LUX_PER_COUNT));
  }
}
