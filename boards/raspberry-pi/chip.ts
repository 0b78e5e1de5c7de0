/** A chip that measures a voltage, on an I²C bus. */
export interface Chip {
  /** As a person knows it. */
  title: string;
  /** Where it may be on the bus, the usual one first; 7 bits. */
  addresses: readonly number[];
  /** How many inputs it has, counted from 0. */
  channels: number;
  /**
   * Measures once.
   * @param channel the input, below `channels`
   * @returns raw, 0..1023: 1023 is the supply voltage, 3.3 V
   * @throws UnusableReading if the answer can't be a measurement; what the bus throws
   */
  read(bus: ChipOnBus, channel: number): Promise<number>;
}

/** One address of a bus. */
export interface ChipOnBus {
  /**
   * Writes, then reads without letting the bus go in between (a repeated start).
   * @param readBytes 0: writes only
   * @throws Error with a `code` of errno(3): EREMOTEIO or ENXIO if nothing answers at the address
   */
  transfer(write: Uint8Array, readBytes: number): Promise<Uint8Array>;
  /** Time for the chip to do something. */
  wait(ms: number): Promise<void>;
}

/** The chip answered, but not as it does when all is well. */
export class UnusableReading extends Error {}
