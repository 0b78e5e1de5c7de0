/** A simulated chip on an I2C bus. Time is passed in, ms. */
export interface Chip {
  readonly address: number;
  write(bytes: Uint8Array, nowMs: number): void;
  read(count: number, nowMs: number): Uint8Array;
}
