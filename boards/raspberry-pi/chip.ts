/** An ADC chip on I²C or SPI, which measures a voltage. */
export interface Chip {
  /** The chip's name in messages. */
  title: string;
  /** The possible addresses on I²C, 7 bits, the usual one first. Empty on SPI. */
  addresses: readonly number[];
  /** The number of inputs, counted from 0. */
  channels: number;
  /**
   * Measures once.
   * @param channel the input, below `channels`
   * @returns the raw value, 0..1023; 1023 is the supply voltage, 3.3 V
   * @throws UnusableReading if the answer can't be a measurement; the errors of the bus
   */
  read(bus: ChipOnBus, channel: number): Promise<number>;
}

/** Where a chip is connected: an address on an I²C bus, or an SPI bus that has no other chip. */
export interface ChipOnBus {
  /**
   * On I²C: writes, then reads without releasing the bus in between (a repeated start). On SPI:
   * reads while writing.
   * @param readBytes 0 to only write; on SPI the number of bytes written
   * @throws Error with a `code` of errno(3): EREMOTEIO or ENXIO if nothing answers at the address
   */
  transfer(write: Uint8Array, readBytes: number): Promise<Uint8Array>;
  /** Waits while the chip works. */
  wait(ms: number): Promise<void>;
}

/** The chip's answer is not a valid measurement. */
export class UnusableReading extends Error {}
