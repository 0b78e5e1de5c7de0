/** A simulated chip on an I2C bus. Its time is a parameter, ms. */
export interface Chip {
  readonly address: number;
  write(bytes: Uint8Array, nowMs: number): void;
  read(count: number, nowMs: number): Uint8Array;
}
