/** A reader of MQTT 3.1.1 that extracts what is worth showing to a person. Pure. */

/** Packet names by the type in the fixed header (MQTT 2.2.1). */
const NAMES = [
  ...["?", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP"],
  ...["SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT"],
] as const;

export interface WirePacket {
  name: (typeof NAMES)[number];
  bytes: number;
  /** The topic of PUBLISH, the first filter of SUBSCRIBE, or the client id of CONNECT. */
  text?: string;
  payload?: string;
  packetId?: number;
  qos?: number;
  retain?: boolean;
  /** For CONNACK: 0 if the broker accepted the connection (MQTT 3.2.2.3). */
  returnCode?: number;
}

/** Splits one direction of a byte stream into packets. */
export class MqttReader {
  private waiting = new Uint8Array();

  push(bytes: Uint8Array): WirePacket[] {
    const all = new Uint8Array(this.waiting.length + bytes.length);
    all.set(this.waiting);
    all.set(bytes, this.waiting.length);
    const packets: WirePacket[] = [];
    let at = 0;
    for (;;) {
      const start = bodyStart(all, at);
      if (start === undefined || start.body + start.length > all.length) break;
      const end = start.body + start.length;
      packets.push(describe(all[at] ?? 0, all.subarray(start.body, end), end - at));
      at = end;
    }
    this.waiting = all.slice(at);
    return packets;
  }

  /** Discards a partial packet when a new connection begins. */
  clear(): void {
    this.waiting = new Uint8Array();
  }
}

/** Decodes the remaining length, which has one to four bytes (MQTT 2.2.3). */
function bodyStart(all: Uint8Array, at: number): { body: number; length: number } | undefined {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = all[at + 1 + i];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return { body: at + 2 + i, length };
  }
  return undefined;
}

function describe(first: number, body: Uint8Array, bytes: number): WirePacket {
  const name = NAMES[first >> 4] ?? "?";
  const word = (at: number) => 256 * (body[at] ?? 0) + (body[at + 1] ?? 0);
  const text = (from: number, to?: number) => new TextDecoder().decode(body.subarray(from, to));
  const string = (at: number) => text(at + 2, at + 2 + word(at));
  // Protocol name, level, flags, keep-alive, then the client id (MQTT 3.1.2, 3.1.3).
  if (name === "CONNECT") return { name, bytes, text: string(2 + word(0) + 4) };
  if (name === "CONNACK") return { name, bytes, returnCode: body[1] ?? 0 };
  if (name === "SUBSCRIBE") return { name, bytes, text: string(2), packetId: word(0) };
  if (name === "PUBACK" || name === "SUBACK") return { name, bytes, packetId: word(0) };
  if (name !== "PUBLISH") return { name, bytes };
  const qos = (first >> 1) & 3;
  const afterTopic = 2 + word(0);
  const payload = text(afterTopic + (qos > 0 ? 2 : 0));
  const id = qos > 0 && { packetId: word(afterTopic) };
  return { name, bytes, text: string(0), payload, qos, retain: (first & 1) === 1, ...id };
}

/** Returns one line of text for a packet. */
export function packetWords(packet: WirePacket): string {
  const { name, text, payload, packetId, retain, returnCode } = packet;
  const parts = [name, text, payload];
  if (packetId !== undefined) parts.push(`#${packetId}`);
  if (retain === true) parts.push("retained");
  if (returnCode !== undefined) parts.push(returnCode === 0 ? "accepted" : `refused ${returnCode}`);
  return parts.filter((part) => part !== undefined && part !== "").join(" ");
}
