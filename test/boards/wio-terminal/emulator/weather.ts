/** What the board has to live with, minute by minute. Pure: a seed makes it the same again. */
import { seededRandom } from "../../../support/random";

/** `silent`: its host is down, so that nothing is answered, not even a connect. */
export type BrokerSky = "up" | "refuses" | "silent";

export interface Minute {
  readonly broker: BrokerSky;
  readonly wifi: boolean;
  /** When the Wi-Fi becomes so, in seconds from the minute's start. */
  readonly wifiFromS: number;
}

/** An answer takes from 1 ms to this, most of them little more than 1 ms. */
export const LATENCY_MAX_MS = 5000;
/** Of a thousand answers, 981 come in the first 2 s, and 700 in the first 3 ms. */
const LATENCY_SKEW = 6;
/** Either side still reads the other's bytes, at most 3 % off: chip/sercom-usart.ts. */
const BAUD_DRIFT = 0.029;
/** At these times, for so long, it does not. */
const NOISE_EVERY_S = 611;
const NOISE_S = 0.3;
const NOISE_DRIFT = 0.04;
const DRIFT_PERIOD_S = 97;
/** Of the minutes. */
const WIFI_UP_SHARE = 2 / 3;

export class Weather {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** To be called for each minute in turn, from 0. */
  minute(number: number): Minute {
    const [refuses, wifi, wifiFromS] = [this.random(), this.random(), this.random()];
    return {
      broker: number % 2 === 0 ? "up" : refuses < 0.5 ? "refuses" : "silent",
      wifi: wifi < WIFI_UP_SHARE,
      wifiFromS: 60 * wifiFromS,
    };
  }

  /** How long the next answer takes. */
  latencyMs(): number {
    return LATENCY_MAX_MS ** (this.random() ** LATENCY_SKEW);
  }

  /** The coprocessor's baud rate at that time, as a ratio of the right one. */
  baudRatio(seconds: number): number {
    const isNoisy = seconds % NOISE_EVERY_S > NOISE_EVERY_S - NOISE_S;
    const drift = isNoisy ? NOISE_DRIFT : BAUD_DRIFT;
    return 1 + drift * Math.sign(Math.sin((2 * Math.PI * seconds) / DRIFT_PERIOD_S));
  }
}
