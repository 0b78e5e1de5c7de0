import { LIGHT_MAX_RAW } from "../../src/common/wire";
import { type Chip, UnusableReading } from "./chip";

/**
 * Texas Instruments' ADS1115, an ADC on I²C with 16 bits, signed. Datasheet SBAS444E, 8.1
 * (registers) and 7.4.2.1 (single-shot mode). The high byte of a register comes first.
 */
const [CONVERSION, CONFIG] = [0x00, 0x01];
/** Writing this bit starts a conversion. It reads as 1 while no conversion is in progress. */
const OS = 0x8000;
/** The field MUX: AIN0 is the first input, measured against ground. Each further input adds 1. */
const [AIN0, MUX_SHIFT] = [4, 12];
/** PGA ±4.096 V, the range that includes the supply of 3.3 V. */
const RANGE = 1 << 9;
const SINGLE_SHOT = 1 << 8;
/** 860 samples a second, with a tolerance of 10 %. */
const RATE = 7 << 5;
const CONVERSION_MS = 2;
/** Disables the comparator. */
const NO_ALERT = 3;

/** The supply voltage in steps of 125 µV. */
const SUPPLY = 3.3 / 125e-6;
/**
 * Maximum number of polls for a result. All of them together take much longer than a conversion.
 */
const TRIES = 10;

export const ADS1115: Chip = {
  title: "the ADS1115",
  // The address depends on the connection of the ADDR pin: ground, supply, SDA, SCL.
  addresses: [0x48, 0x49, 0x4a, 0x4b],
  channels: 4,
  async read(bus, channel) {
    const read = async (register: number) => {
      const [high = 0, low = 0] = await bus.transfer(Uint8Array.of(register), 2);
      return (high << 8) | low;
    };
    const wanted = ((AIN0 + channel) << MUX_SHIFT) | RANGE | SINGLE_SHOT | RATE | NO_ALERT;
    const start = wanted | OS;
    await bus.transfer(Uint8Array.of(CONFIG, start >> 8, start & 0xff), 0);
    for (let tries = 0; tries < TRIES; tries++) {
      await bus.wait(CONVERSION_MS);
      const found = await read(CONFIG);
      // Another chip has this address, or another program has changed the set-up.
      if ((found & ~OS) !== wanted)
        throw new UnusableReading(`expected ${hex16(wanted)} as its set-up, got ${hex16(found)}`);
      if ((found & OS) === 0) continue;
      const raw = await read(CONVERSION);
      // The value of an input at ground may be slightly negative.
      const steps = raw >= 0x8000 ? 0 : raw;
      return Math.min(LIGHT_MAX_RAW, Math.round((steps / SUPPLY) * LIGHT_MAX_RAW));
    }
    throw new UnusableReading(`expected a value within ${TRIES * CONVERSION_MS} ms, got none`);
  },
};

function hex16(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}
