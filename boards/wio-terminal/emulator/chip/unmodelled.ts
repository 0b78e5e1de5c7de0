/**
 * Peripherals without a model. Reads return each register's reset value, and writes are ignored.
 * Source: Microchip's ATSAMD51P19A.svd, also for the core's debug blocks.
 */
import type { Peripheral } from "./peripheral";

/** Offset, size in bytes and value of each register with a reset value other than zero. */
type Resets = readonly (readonly [offset: number, size: 1 | 2 | 4, value: number])[];

const TIMER: Resets = [
  [0x0b, 1, 1],
  [0x1b, 1, 0xff],
  [0x2f, 1, 0xff],
];
const CONTROL_TIMER: Resets = [
  [0x30, 4, 1],
  [0x40, 4, 0xffff_ffff],
  [0x6c, 4, 0xffff_ffff],
];
const CARD: Resets = [
  [0x24, 4, 0x00f8_0000],
  [0x29, 1, 0x0e],
  [0x40, 4, 0x27e8_0080],
  [0x44, 4, 0x70],
  [0xfe, 2, 0x1802],
  [0x200, 4, 0xf],
];
/** The registers of EVSYS, including CHANNEL and CHSTATUS of each of the 32 channels. */
const EVENTS: Resets = [
  [0x10, 2, 0x4000],
  [0x1c, 4, 0xffff_ffff],
  ...Array.from({ length: 32 }, (_, n) => [0x20 + 8 * n, 4, 0x8000] as const),
  ...Array.from({ length: 32 }, (_, n) => [0x27 + 8 * n, 1, 1] as const),
];

export const UNMODELLED: readonly (readonly [
  name: string,
  base: number,
  bytes: number,
  resets?: Resets,
])[] = [
  [
    "PAC",
    0x4000_0000,
    0x400,
    [
      [0x34, 4, 0x0001_0000],
      [0x38, 4, 2],
    ],
  ],
  ["RTC", 0x4000_2400, 0x400],
  ["EIC", 0x4000_2800, 0x400],
  ["FREQM", 0x4000_2c00, 0x400],
  ["SERCOM1", 0x4000_3400, 0x400],
  ["TC1", 0x4000_3c00, 0x400, TIMER],
  [
    "DSU",
    0x4100_2000,
    0x2000,
    [
      [0x18, 4, 0x6006_0201],
      [0x1c, 4, 2],
    ],
  ],
  ["DMAC", 0x4100_a000, 0x400, [[0x14, 4, 0x4040_4040]]],
  ["HMATRIX", 0x4100_c000, 0x400],
  ["EVSYS", 0x4100_e000, 0x400, EVENTS],
  ["SERCOM3", 0x4101_4000, 0x400],
  ["TCC0", 0x4101_6000, 0x400, CONTROL_TIMER],
  ["TCC1", 0x4101_8000, 0x400, CONTROL_TIMER],
  ["TC2", 0x4101_a000, 0x400, TIMER],
  ["TC3", 0x4101_c000, 0x400, TIMER],
  ["RAMECC", 0x4102_0000, 0x400],
  ["TCC2", 0x4200_0c00, 0x400, CONTROL_TIMER],
  ["TCC3", 0x4200_1000, 0x400, CONTROL_TIMER],
  ["TC4", 0x4200_1400, 0x400, TIMER],
  ["TC5", 0x4200_1800, 0x400, TIMER],
  ["PDEC", 0x4200_1c00, 0x400, [[0x0c, 2, 0x40]]],
  ["AC", 0x4200_2000, 0x400, [[0x24, 2, 0x101]]],
  ["AES", 0x4200_2400, 0x400],
  ["ICM", 0x4200_2c00, 0x400],
  ["QSPI", 0x4200_3400, 0x400, [[0x20, 4, 0x200]]],
  ["CCL", 0x4200_3800, 0x400],
  ["SERCOM4", 0x4300_0000, 0x400],
  ["SERCOM5", 0x4300_0400, 0x400],
  ["SERCOM6", 0x4300_0800, 0x400],
  ["TCC4", 0x4300_1000, 0x400, CONTROL_TIMER],
  ["TC6", 0x4300_1400, 0x400, TIMER],
  ["TC7", 0x4300_1800, 0x400, TIMER],
  ["DAC", 0x4300_2400, 0x400, [[0x01, 1, 2]]],
  ["I2S", 0x4300_2800, 0x400],
  ["PCC", 0x4300_2c00, 0x400],
  ["SDHC0", 0x4500_0000, 0x400, CARD],
  ["SDHC1", 0x4600_0000, 0x400, CARD],
  ["ITM", 0xe000_0000, 0x1000],
  ["TPIU", 0xe004_0000, 0x1000],
  ["ETM", 0xe004_1000, 0x1000],
];

export class Unmodelled implements Peripheral {
  private readonly bytes: Uint8Array;

  /** @param warn called at the first access */
  constructor(
    readonly name: string,
    readonly base: number,
    readonly size: number,
    resets: Resets,
    private readonly warn: (text: string) => void,
  ) {
    this.bytes = new Uint8Array(size);
    for (const [offset, bytes, value] of resets)
      for (let n = 0; n < bytes; n++) this.bytes[offset + n] = (value >>> (8 * n)) & 0xff;
  }

  read(offset: number, size: number): number {
    this.tell();
    let value = 0;
    for (let n = 0; n < size; n++) value |= (this.bytes[offset + n] ?? 0) << (8 * n);
    return value >>> 0;
  }

  write(): void {
    this.tell();
  }

  private tell(): void {
    this.warn(`${this.name} is not modelled: reads return reset values, and writes are ignored`);
  }
}
