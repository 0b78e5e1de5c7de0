/** A chip that measures a voltage, on I²C or SPI. */
export interface Chip {
  /** As a person knows it. */
  title: string;
  /** Where it may be on I²C, the usual one first; 7 bits. None on SPI. */
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

/** One address of an I²C bus, or an SPI bus with its only chip. */
export interface ChipOnBus {
  /**
   * On I²C: writes, then reads without letting the bus go in between (a repeated start). On SPI:
   * reads while it writes.
   * @param readBytes 0: writes only; on SPI as many as are written
   * @throws Error with a `code` of errno(3): EREMOTEIO or ENXIO if nothing answers at the address
   */
  transfer(write: Uint8Array, readBytes: number): Promise<Uint8Array>;
  /** Time for the chip to do something. */
  wait(ms: number): Promise<void>;
}

/** The chip answered, but not as it does when all is well. */
export class UnusableReading extends Error {}
