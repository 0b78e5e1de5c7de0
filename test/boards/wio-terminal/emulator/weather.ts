/** The faults that a board meets, minute by minute. Pure: the same seed gives the same faults. */
import { seededRandom } from "../../../support/random";

/** `silent`: the broker's host is down, so that nothing answers, not even a connect. */
export type BrokerSky = "up" | "refuses" | "silent";

export interface Minute {
  readonly broker: BrokerSky;
  readonly wifi: boolean;
  /** When the Wi-Fi changes to the state `wifi`, in seconds from the minute's start. */
  readonly wifiFromS: number;
}

/**
 * Maximum latency of a coprocessor's answer. The minimum is 1 ms, and most answers take little
 * more.
 */
export const LATENCY_MAX_MS = 5000;
/**
 * Makes most answers fast: of a thousand answers, 981 come in the first 2 s, and 700 in the first 3
 * ms.
 */
const LATENCY_SKEW = 6;
/**
 * Relative error of the baud rate with which each side can still read the other: the tolerance is 3
 * % (chip/sercom-usart.ts).
 */
const BAUD_DRIFT = 0.029;
/** Periodic noise: how often and for how long the line drifts beyond the tolerance. */
const NOISE_EVERY_S = 611;
const NOISE_S = 0.3;
const NOISE_DRIFT = 0.04;
const DRIFT_PERIOD_S = 97;
/** Share of all minutes in which the Wi-Fi is up. */
const WIFI_UP_SHARE = 2 / 3;

export class Weather {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** Returns the faults of a minute. Must be called for each minute in turn, from 0. */
  minute(number: number): Minute {
    const [refuses, wifi, wifiFromS] = [this.random(), this.random(), this.random()];
    return {
      broker: number % 2 === 0 ? "up" : refuses < 0.5 ? "refuses" : "silent",
      wifi: wifi < WIFI_UP_SHARE,
      wifiFromS: 60 * wifiFromS,
    };
  }

  /** Returns the latency of the coprocessor's next answer, ms. */
  latencyMs(): number {
    return LATENCY_MAX_MS ** (this.random() ** LATENCY_SKEW);
  }

  /** Returns the ratio of the coprocessor's baud rate at that time to the correct rate. */
  baudRatio(seconds: number): number {
    const isNoisy = seconds % NOISE_EVERY_S > NOISE_EVERY_S - NOISE_S;
    const drift = isNoisy ? NOISE_DRIFT : BAUD_DRIFT;
    return 1 + drift * Math.sign(Math.sin((2 * Math.PI * seconds) / DRIFT_PERIOD_S));
  }
}
