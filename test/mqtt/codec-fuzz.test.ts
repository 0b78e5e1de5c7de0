import { generate, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { Decoder } from "../../src/mqtt/decoder";
import {
  CONNACK,
  encodeAck,
  encodeConnect,
  encodeEmpty,
  encodePublish,
  encodeSubscribe,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  type QoS,
  SUBACK,
  UNSUBACK,
} from "../../src/mqtt/packet";
import { toTopic } from "../../src/mqtt/topic";
import { seededRandom } from "../support/random";

const ROUNDS = 1000;
const LIMIT = 1000;

const random = seededRandom(20_261_122);
const below = (n: number) => Math.floor(random() * n);
/**
 * Strings are compared instead of long buffers, which compare slowly and have unreadable
 * differences.
 */
const latin1 = (bytes: unknown) => (bytes as Buffer).toString("latin1");
const pick = <T>(...items: T[]) => items[below(items.length)] as T;
const id = () => 1 + below(65535);
const qos = () => below(3) as QoS;
const flag = () => below(2) === 1;

function text(length: number): string {
  return Array.from({ length }, () => pick("a", "Z", "/", " ", "ü", "€", "😀", "\u0001")).join("");
}

/**
 * Returns a payload. Sizes are on both sides of the packet limit, and of each size at which the
 * length field grows by a byte.
 */
function payload(): Buffer {
  const size = pick(0, 1, below(60), 118 + below(12), LIMIT - 20 + below(40), below(20_000));
  return Buffer.from(Array.from({ length: size }, () => below(256)));
}

function parsed(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  const incoming = parser({ protocolVersion: 4 });
  incoming.on("packet", (packet) => packets.push(packet));
  incoming.on("error", (error) => {
    throw error;
  });
  incoming.parse(bytes);
  return packets;
}

describe("packets that we encode and mqtt-packet decodes", () => {
  it("PUBLISH", () => {
    for (let i = 0; i < ROUNDS; i++) {
      const expected = { topic: text(1 + below(40)), qos: qos(), retain: flag() };
      const body = payload();
      const messageId = id();
      const bytes = encodePublish(expected.topic, body, expected.qos, expected.retain, messageId);
      const packets = parsed(bytes) as IPublishPacket[];
      expect(packets).toHaveLength(1);
      const { payload: found, ...packet } = packets[0] as IPublishPacket;
      expect(packet).toMatchObject({ cmd: "publish", dup: false, ...expected });
      expect(packet.messageId).toBe(expected.qos ? messageId : undefined);
      expect(latin1(found) === latin1(body)).toBe(true);
    }
  });

  it("CONNECT", () => {
    for (let i = 0; i < ROUNDS; i++) {
      const username = flag() ? text(below(30)) : undefined;
      const password = username !== undefined && flag() ? text(1 + below(30)) : undefined;
      const will = flag()
        ? {
            topic: text(1 + below(20)),
            payload: Buffer.from(text(below(30))),
            qos: qos(),
            retain: flag(),
          }
        : undefined;
      const clientId = text(1 + below(40));
      const keepalive = below(65536);
      const clean = flag();
      const identity = {
        clientId,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        ...(will ? { will } : {}),
      };
      const [packet] = parsed(encodeConnect(identity, keepalive, clean));
      expect(packet).toMatchObject({
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 4,
        clientId,
        keepalive,
        clean,
        ...(will ? { will } : {}),
        ...(username === undefined ? {} : { username }),
      });
      const found = packet as { will?: unknown; password?: Buffer };
      expect(found.will !== undefined).toBe(will !== undefined);
      expect(found.password?.toString()).toBe(password);
    }
  });

  it("other packets", () => {
    for (let i = 0; i < ROUNDS; i++) {
      const messageId = id();
      const filter = text(1 + below(40));
      const asked = qos();
      expect(parsed(encodeSubscribe(messageId, filter, asked))).toMatchObject([
        { cmd: "subscribe", messageId, subscriptions: [{ topic: filter, qos: asked }] },
      ]);
      expect(parsed(encodeSubscribe(messageId, filter, undefined))).toMatchObject([
        { cmd: "unsubscribe", messageId, unsubscriptions: [filter] },
      ]);
      const acks = [PUBACK, PUBREC, PUBREL, PUBCOMP].map((type) => encodeAck(type, messageId));
      const cmds = ["puback", "pubrec", "pubrel", "pubcomp"];
      expect(parsed(Buffer.concat(acks))).toMatchObject(cmds.map((cmd) => ({ cmd, messageId })));
    }
    expect(parsed(encodeEmpty(12))).toMatchObject([{ cmd: "pingreq" }]);
    expect(parsed(encodeEmpty(14))).toMatchObject([{ cmd: "disconnect" }]);
  });
});

interface Decoded {
  type: number;
  id?: number;
  code?: number;
  sessionPresent?: boolean;
  flags?: number;
  topic?: string | undefined;
  payload?: string;
  oversized?: boolean;
}

/** Returns a packet as brokers send it, and the result that the decoder must give. */
function brokerPacket(): { bytes: Buffer; expected: Decoded } {
  const messageId = id();
  const kind = below(10);
  if (kind < 4) {
    const message = { topic: text(1 + below(40)), payload: payload(), qos: qos(), retain: flag() };
    const dup = message.qos > 0 && flag();
    const bytes = generate({ cmd: "publish", ...message, dup, messageId });
    const flags = (dup ? 8 : 0) | (message.qos << 1) | (message.retain ? 1 : 0);
    const expected: Decoded = {
      type: PUBLISH,
      flags,
      id: message.qos ? messageId : 0,
      topic: message.topic,
    };
    const size =
      2 + Buffer.from(message.topic).length + (message.qos ? 2 : 0) + message.payload.length;
    if (size > LIMIT) expected.oversized = true;
    else expected.payload = latin1(message.payload);
    return { bytes, expected };
  }
  if (kind === 4) {
    const code = below(6);
    const sessionPresent = code === 0 && flag();
    const bytes = generate({ cmd: "connack", returnCode: code, sessionPresent });
    return { bytes, expected: { type: CONNACK, code, sessionPresent } };
  }
  if (kind === 5) {
    const code = pick(0, 1, 2, 128);
    const bytes = generate({ cmd: "suback", messageId, granted: [code] });
    return { bytes, expected: { type: SUBACK, id: messageId, code } };
  }
  if (kind === 6)
    return {
      bytes: generate({ cmd: "unsuback", messageId, granted: [] }),
      expected: { type: UNSUBACK, id: messageId },
    };
  if (kind === 7) return { bytes: generate({ cmd: "pingresp" }), expected: { type: PINGRESP } };
  const cmd = pick("puback", "pubrec", "pubrel", "pubcomp");
  const type = { puback: PUBACK, pubrec: PUBREC, pubrel: PUBREL, pubcomp: PUBCOMP }[cmd];
  return { bytes: generate({ cmd, messageId }), expected: { type, id: messageId } };
}

function decoded(decoder: Decoder): Decoded {
  const { type, data, end, payloadAt, total } = decoder;
  const found: Decoded = { type, id: decoder.id, code: decoder.code };
  if (type === CONNACK) found.sessionPresent = decoder.sessionPresent;
  if (type === PUBLISH) {
    found.flags = decoder.flags;
    found.topic = toTopic(Buffer.from(data.subarray(2, payloadAt - (decoder.flags & 6 ? 2 : 0))));
    if (total > end) found.oversized = true;
    else found.payload = latin1(data.subarray(payloadAt, end));
  }
  return found;
}

describe("packets that mqtt-packet encodes and we decode", () => {
  for (const [what, segment] of Object.entries<() => number>({
    "in segments of one byte": (): number => 1,
    "in segments at random": (): number => 1 + below(pick(4, 50, 3000)),
    "in one segment": (): number => Number.MAX_SAFE_INTEGER,
  }))
    it(what, () => {
      const packets = Array.from({ length: 400 }, brokerPacket);
      const stream = Buffer.concat(packets.map(({ bytes }) => bytes));
      const decoder = new Decoder(LIMIT);
      const found: Decoded[] = [];
      for (let at = 0; at < stream.length;) {
        const end = Math.min(stream.length, at + segment());
        decoder.push(stream.subarray(at, end));
        while (decoder.next()) found.push(decoded(decoder));
        at = end;
      }
      expect(found).toHaveLength(packets.length);
      packets.forEach(({ expected }, i) => expect(found[i], `packet ${i}`).toMatchObject(expected));
    });

  it("cause no hang and no read beyond their end when damaged", () => {
    for (let i = 0; i < ROUNDS; i++) {
      const stream = Buffer.concat(Array.from({ length: 4 }, () => brokerPacket().bytes));
      for (let hits = 1 + below(4); hits > 0; hits--) stream[below(stream.length)] = below(256);
      const decoder = new Decoder(LIMIT);
      let count = 0;
      try {
        decoder.push(stream);
        while (decoder.next()) {
          count++;
          expect(decoder.end).toBeLessThanOrEqual(LIMIT);
          expect(decoder.type === PUBLISH ? decoder.payloadAt : 0).toBeLessThanOrEqual(
            decoder.total,
          );
          expect(decoder.id).toBeLessThanOrEqual(65535);
        }
      } catch (error) {
        expect((error as Error).message).toMatch(/^malformed packet: /);
      }
      // Each packet has at least two bytes.
      expect(count).toBeLessThanOrEqual(stream.length / 2);
    }
  });
});
