import { type Chip, UnusableReading } from "./chip";

/**
 * Microchip's MCP3008, an ADC on SPI with 10 bits. Datasheet DS21295D, 5.0 and 6.1: the host sends
 * a start bit, a bit for "against ground", and three bits for the input. The chip answers with a
 * null bit and ten bits, high bit first. With seven zeros before the start bit, the answer ends
 * with the third byte.
 */
const START = 0x01;
const AGAINST_GROUND = 0x08;
const NULL_BIT = 0x04;

export const MCP3008: Chip = {
  title: "the MCP3008",
  addresses: [],
  channels: 8,
  async read(bus, channel) {
    const question = Uint8Array.of(START, (AGAINST_GROUND | channel) << 4, 0);
    const [, high = 0, low = 0] = await bus.transfer(question, question.length);
    // A line that is pulled up and not driven reads as ones.
    if ((high & NULL_BIT) !== 0)
      throw new UnusableReading("does not answer: is it plugged in, with DOUT on GPIO 9?");
    return ((high & 3) << 8) | low;
  },
};
