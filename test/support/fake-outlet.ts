import { type Packet, parser } from "mqtt-packet";
import type { Session, SessionConnection } from "../../server/broker/session";

/** A session's outlet without a connection: it collects the packets that would be sent. */
export class FakeOutlet implements SessionConnection {
  isReady = true;
  readonly packets: Buffer[] = [];
  /** For each packet, whether the packet has to wait until the store has written. */
  readonly kept: boolean[] = [];
  isReplaced = false;

  constructor(
    readonly session: Session,
    readonly isPresent: boolean,
  ) {}

  send(packet: Buffer, kept: boolean): void {
    this.packets.push(packet);
    this.kept.push(kept);
  }

  replaced(): void {
    this.isReplaced = true;
  }
}

/** Decodes a packet, with a codec other than this project's. */
export function decodeServer(bytes: Buffer | undefined): Packet & { payload?: unknown } {
  const packets: Packet[] = [];
  const other = parser();
  other.on("packet", (packet) => packets.push(packet));
  other.parse(bytes ?? Buffer.alloc(0));
  const [packet] = packets;
  if (!packet) throw new Error("no packet");
  return packet;
}
