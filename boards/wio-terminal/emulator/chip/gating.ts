/**
 * The clocks that a peripheral needs before a program may access its registers: a bit in a mask of
 * MCLK, and a channel of GCLK if the peripheral has one. CMSIS, `component/mclk.h` and
 * `instance/*.h` of the ATSAMD51P19A.
 */
import type { BusName } from "./mclk";

export interface Gate {
  readonly bus: BusName;
  readonly bit: number;
  readonly channel?: number;
}

export const GATES: Readonly<Record<string, Gate>> = {
  PAC: { bus: "APBA", bit: 0 },
  PM: { bus: "APBA", bit: 1 },
  RSTC: { bus: "APBA", bit: 3 },
  OSCCTRL: { bus: "APBA", bit: 4 },
  OSC32KCTRL: { bus: "APBA", bit: 5 },
  SUPC: { bus: "APBA", bit: 6 },
  GCLK: { bus: "APBA", bit: 7 },
  WDT: { bus: "APBA", bit: 8 },
  RTC: { bus: "APBA", bit: 9 },
  EIC: { bus: "APBA", bit: 10, channel: 4 },
  SERCOM0: { bus: "APBA", bit: 12, channel: 7 },
  SERCOM1: { bus: "APBA", bit: 13, channel: 8 },
  TC0: { bus: "APBA", bit: 14, channel: 9 },
  TC1: { bus: "APBA", bit: 15, channel: 9 },
  USB: { bus: "APBB", bit: 0, channel: 10 },
  DSU: { bus: "APBB", bit: 1 },
  NVMCTRL: { bus: "APBB", bit: 2 },
  PORT: { bus: "APBB", bit: 4 },
  TC2: { bus: "APBB", bit: 13, channel: 26 },
  TC3: { bus: "APBB", bit: 14, channel: 26 },
  TC4: { bus: "APBC", bit: 5, channel: 30 },
  TC5: { bus: "APBC", bit: 6, channel: 30 },
  TRNG: { bus: "APBC", bit: 10 },
  SERCOM7: { bus: "APBD", bit: 3, channel: 37 },
  ADC0: { bus: "APBD", bit: 7, channel: 40 },
  ADC1: { bus: "APBD", bit: 8, channel: 41 },
};
