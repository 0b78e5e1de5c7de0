import { type Chip, UnusableReading } from "./chip";

/**
 * The analog inputs A0 to A7 of Seeed's Grove Base Hat, measured by a microcontroller with 12 bits.
 * Protocol of the hat's firmware, grove_rpi_base_hat.ino 0.2: the first byte written selects a
 * register, and a read returns its 16 bits, low byte first. Never write to 0xC0, which changes the
 * address permanently, or to 0xF0, which starts the bootloader.
 */
const RAW_0 = 0x10;
const RAW_BITS = 12;
/** The lesson's range, 0..1023. */
const LIGHT_BITS = 10;

export const GROVE_BASE_HAT: Chip = {
  title: "the Grove Base Hat",
  // The addresses of hats with an STM32 and with an MM32: Seeed-Studio/grove.py#64.
  addresses: [0x04, 0x08],
  channels: 8,
  async read(bus, channel) {
    const [low = 0, high = 0] = await bus.transfer(Uint8Array.of(RAW_0 + channel), 2);
    const raw = low | (high << 8);
    // All bits of a floating bus read as ones.
    if (raw >> RAW_BITS !== 0)
      throw new UnusableReading(`expected 0 to ${2 ** RAW_BITS - 1}, got ${raw}`);
    return raw >> (RAW_BITS - LIGHT_BITS);
  },
};
