import { type Packet, parser } from "mqtt-packet";
import type { Outlet, Session } from "../../server/broker/session";

/** The connection of a session that is none: what would be sent is collected. */
export class FakeOutlet implements Outlet {
  isReady = true;
  readonly packets: Buffer[] = [];
  /** Of each, whether it has to wait for the store. */
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

/** By a codec that is not ours. */
export function decodeServer(bytes: Buffer | undefined): Packet & { payload?: unknown } {
  const packets: Packet[] = [];
  const other = parser();
  other.on("packet", (packet) => packets.push(packet));
  other.parse(bytes ?? Buffer.alloc(0));
  const [packet] = packets;
  if (!packet) throw new Error("no packet");
  return packet;
}
