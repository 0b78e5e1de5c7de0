import { connect, packet, text } from "../support/mqtt-bytes";
import type { Random } from "../support/random";

/** Input that a correct client never sends, and that the broker or server must refuse. */

const CONNECT = connect();

const JUNK = ["nonsense", "{", "[]", "[300]", "null", "true", "0", '"light"', "{}", "\u0000"];
const WRONG_VALUES = ["-1", "1024", "1e99", "-0.001", '"5"', "null", "true", "[]", "{}", '""'];

/** Returns an invalid telemetry payload. */
export function malformedTelemetry(random: Random): Buffer {
  switch (random.below(5)) {
    case 0:
      return Buffer.from(random.pick(JUNK));
    case 1:
      return Buffer.from(`{"light":${random.pick(WRONG_VALUES)}}`);
    case 2:
      // Bytes that are never the start of a JSON text.
      return Buffer.concat([Buffer.from([0xff]), random.bytes(random.below(100))]);
    case 3:
      return Buffer.from(`{"light":5,"pad":"${"x".repeat(1024 + random.below(1000))}"}`);
    default:
      return Buffer.from(`${"[".repeat(1 + random.below(1000))}5`);
  }
}

/** Returns an invalid topic name to publish on, as bytes. */
export function malformedTopic(random: Random): Buffer {
  const name = random.bytes(3).toString("hex");
  switch (random.below(8)) {
    case 0:
      return Buffer.from("");
    case 1:
      return Buffer.from(`${name}/#`);
    case 2:
      return Buffer.from(`+/${name}`);
    case 3:
      return Buffer.from(`${name}\u0000/telemetry`);
    case 4:
      return Buffer.concat([Buffer.from([0xc3, 0x28]), Buffer.from(name)]);
    case 5:
      return Buffer.from(`${name}/telemetry`.padEnd(257 + random.below(1000), "x"));
    case 6:
      return Buffer.from(Array.from({ length: 11 + random.below(50) }, () => name[0]).join("/"));
    default:
      return Buffer.from(`$SYS/${name}`);
  }
}

/** Returns bytes that violate the standard after, or in place of, a client's CONNECT. */
export function malformedPackets(random: Random): Buffer {
  const after = (bytes: Buffer) => Buffer.concat([CONNECT, bytes]);
  switch (random.below(12)) {
    case 0:
      return after(packet(random.pick([0, 2, 9, 11, 13, 15]) << 4, random.bytes(random.below(9))));
    case 1:
      // Reserved flags, [MQTT-2.2.2-1].
      return after(packet(random.pick([0x8d, 0xa1, 0x61, 0xc1, 0xe3]), random.bytes(2)));
    case 2:
      return after(packet(0x36, text("qos 3")));
    case 3:
      return after(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]));
    case 4:
      return after(Buffer.from([0x30, 0x80, 0x80, 0x05 + random.below(0x70)]));
    case 5:
      // A topic that is longer than its packet.
      return after(packet(0x30, Buffer.from([0x00, 0x20 + random.below(200), 0x61])));
    case 6:
      return after(CONNECT);
    case 7:
      return packet(random.pick([0x30, 0x82, 0xc0]), text("before CONNECT"));
    case 8:
      return packet(0x10, text("MQTX"), random.bytes(8));
    case 9:
      // An unknown, later protocol level.
      return packet(0x10, text("MQTT"), [6, 2, 0, 0, 0, 0]);
    case 10:
      // [MQTT-3.1.2-3]: the reserved flag.
      return packet(0x10, text("MQTT"), [4, 3, 0, 0, 0, 0]);
    default:
      // [MQTT-3.8.3-3]: a SUBSCRIBE without a filter.
      return after(packet(0x82, Buffer.from([0x00, 0x01])));
  }
}
