/** Sends data to a board patiently (pipes: jacdac-spec, protocol.md). */
import { type JDService, Packet } from "../../../server/simulator/jacdac";

const PIPE_INDEX = 0x3e;
/** Fields of a pipe packet's command: the port above the lowest seven bits, and these two. */
const [PORT_SHIFT, COUNTER_MASK, CLOSE] = [7, 0x1f, 0x20];
/** The maximum of a packet, rounded down to a multiple of 8. */
const CHUNK_BYTES = 224;
/** An answer to the opening of a pipe comes after the erase of flash. */
const OPENED_MS = 3_000;
/** After this many attempts of half a second each, a board counts as silent. */
const ATTEMPTS = 10;

/**
 * Repeats an acknowledged, idempotent command. The bus library gives up after half a second, which
 * is too short for a board that erases flash, or that is emulated on a busy computer.
 */
export async function insist(send: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await send();
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * Sends bytes through a pipe, as the bus library's `OutPipe.sendBytes` does. But `OutPipe` gives
 * the whole transfer up if one packet is not acknowledged within half a second. A repeated packet
 * does no harm, because the receiver ignores a packet whose counter it does not expect.
 */
export async function sendBytes(
  service: JDService,
  command: number,
  bytes: Uint8Array,
): Promise<void> {
  const opening = Packet.jdpacked<[number]>(command, "u32", [bytes.length]);
  const answer = await service.sendCmdAwaitResponseAsync(opening, OPENED_MS);
  const [port] = answer.jdunpack<[number]>("u16");
  let count = 0;
  const send = async (chunk: Uint8Array, flags = 0) => {
    const fields = (port << PORT_SHIFT) | flags | (count++ & COUNTER_MASK);
    await insist(async () => {
      const packet = Packet.from(fields, chunk);
      packet.serviceIndex = PIPE_INDEX;
      await service.device.sendPktWithAck(packet);
    });
  };
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    await send(bytes.slice(at, at + CHUNK_BYTES));
  await send(new Uint8Array(), CLOSE);
}
