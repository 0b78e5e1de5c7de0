/** A simulated chip on an I2C bus. Its methods take the current time, ms. */
export interface Chip {
  readonly address: number;
  write(bytes: Uint8Array, nowMs: number): void;
  read(count: number, nowMs: number): Uint8Array;
}
