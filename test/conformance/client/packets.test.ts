/** Tests the packets that src/mqtt encodes and decodes, byte by byte, without a connection. */
import { beforeEach, describe, expect, it } from "vitest";
import { Decoder } from "../../../src/mqtt/decoder";
import {
  encodeAck,
  encodeConnect,
  encodeEmpty,
  encodePublish,
  encodeSubscribe,
  type QoS,
} from "../../../src/mqtt/packet";
import { Session } from "../../../src/mqtt/session";
import { isFilter, isTopic, toTopic } from "../../../src/mqtt/topic";
import { ack, connect, hex, packet, publish, subscribe, text, u16 } from "../../support/mqtt-bytes";

const LEVELS: QoS[] = [0, 1, 2];
/** Half of a surrogate pair, which cannot be encoded in UTF-8. */
const LONE = "a\ud800b";

function decode(bytes: Buffer): Decoder {
  const decoder = new Decoder(100);
  decoder.push(bytes);
  expect(decoder.next()).toBe(true);
  return decoder;
}

const isMalformed = (bytes: Buffer) =>
  expect(() => decode(bytes), hex(bytes)).toThrow(/^malformed packet/);

/** Returns the strings and messages of a CONNECT, after its header of ten bytes. */
function payload(bytes: Buffer): string[] {
  const fields: string[] = [];
  for (let at = 12; at < bytes.length;) {
    const end = at + 2 + bytes.readUInt16BE(at);
    fields.push(bytes.subarray(at + 2, end).toString());
    at = end;
  }
  return fields;
}

const flagsOf = (bytes: Buffer) => bytes[9] ?? 0;

describe("strings", () => {
  it("[MQTT-1.5.3-1] invalid Unicode text is sent as well-formed UTF-8", () => {
    const packets = [
      encodePublish(LONE, "", 0, false, 0),
      encodeSubscribe(1, LONE, 0),
      encodeConnect(
        { clientId: LONE, username: LONE, will: { topic: LONE, payload: "" } },
        0,
        true,
      ),
    ];
    for (const bytes of packets)
      expect(bytes.includes(Buffer.from("a\ufffdb")), hex(bytes)).toBe(true);
  });

  it("[MQTT-1.5.3-2] topics and filters with U+0000 are refused", () => {
    expect([isTopic("a\0"), isFilter("a/\0"), toTopic(Buffer.from("a\0"))]).toEqual([
      false,
      false,
      undefined,
    ]);
  });

  it("[MQTT-1.5.3-3] U+FEFF at the start is kept in both directions", () => {
    expect(hex(encodePublish("\ufeffa", "", 0, false, 0))).toBe(hex(publish("\ufeffa")));
    expect(toTopic(Buffer.from([0xef, 0xbb, 0xbf, 0x61]))).toBe("\ufeffa");
  });

  it("[MQTT-4.7.3-3] more than 65,535 bytes are refused", () => {
    expect(encodePublish("ü".repeat(32_767), "", 0, false, 0)).toHaveLength(65_540);
    expect(() => encodePublish("ü".repeat(32_768), "", 0, false, 0)).toThrow("text too long");
    expect(() => encodeSubscribe(1, "x".repeat(65_536), 0)).toThrow("text too long");
  });
});

describe("flags and packet ids", () => {
  it("[MQTT-2.2.2-1] every packet has the flags of table 2.2", () => {
    const first = [
      encodeConnect({ clientId: "a" }, 0, true),
      ...[4, 5, 6, 7].map((type) => encodeAck(type, 1)),
      encodeSubscribe(1, "a", 0),
      encodeSubscribe(1, "a", undefined),
      encodeEmpty(12),
      encodeEmpty(14),
    ].map((bytes) => bytes[0]);
    expect(first).toEqual([0x10, 0x40, 0x50, 0x62, 0x70, 0x82, 0xa2, 0xc0, 0xe0]);
  });

  it("[MQTT-2.2.2-2] other flags are malformed", () => {
    const bodies: [number, number[], number][] = [
      [2, [0, 0], 0],
      [4, [0, 1], 0],
      [5, [0, 1], 0],
      [6, [0, 1], 2],
      [7, [0, 1], 0],
      [9, [0, 1, 0], 0],
      [11, [0, 1], 0],
      [13, [], 0],
    ];
    for (const [type, body, right] of bodies)
      for (let flags = 0; flags < 16; flags++) {
        const bytes = packet((type << 4) | flags, body);
        if (flags === right) expect(decode(bytes).type).toBe(type);
        else isMalformed(bytes);
      }
  });

  it("[MQTT-2.3.1-1] a packet id of 0 is malformed", () => {
    for (const first of [0x40, 0x50, 0x62, 0x70, 0xb0]) isMalformed(ack(first, 0));
    isMalformed(publish("a", "x", { qos: 1, id: 0 }));
    isMalformed(packet(0x90, u16(0), 0));
  });

  it("[MQTT-2.3.1-5] PUBLISH has a packet id only at QoS 1 and 2", () => {
    for (const qos of LEVELS)
      expect(hex(encodePublish("a", "x", qos, false, 0x1234))).toBe(
        hex(publish("a", "x", { qos, id: 0x1234 })),
      );
  });

  it("[MQTT-2.3.1-6] acknowledgements carry the given id", () => {
    for (const [type, first] of [
      [4, 0x40],
      [5, 0x50],
      [6, 0x62],
      [7, 0x70],
    ] as const)
      for (const id of [1, 0xff, 0x100, 0xffff])
        expect(hex(encodeAck(type, id))).toBe(hex(ack(first, id)));
  });
});

describe("CONNECT", () => {
  const will = { topic: "t", payload: "m" };

  it("[MQTT-3.1.2-9] a will comes with its topic, message, QoS and retain", () => {
    for (const qos of LEVELS)
      for (const retain of [false, true]) {
        const asked = { ...will, qos, retain };
        expect(hex(encodeConnect({ clientId: "a", will: asked }, 9, false))).toBe(
          hex(connect({ id: "a", will: asked, keepAlive: 9, clean: false })),
        );
      }
  });

  it("[MQTT-3.1.2-11, MQTT-3.1.2-13, MQTT-3.1.2-15] without a will all its flags and fields are missing", () => {
    const bytes = encodeConnect({ clientId: "a", username: "u" }, 0, true);
    expect(flagsOf(bytes) & 0x3c).toBe(0);
    expect(payload(bytes)).toEqual(["a", "u"]);
  });

  it("[MQTT-3.1.2-14] the will QoS is the given one, 0 to 2", () => {
    for (const qos of LEVELS) {
      const bytes = encodeConnect({ clientId: "a", will: { ...will, qos } }, 0, true);
      expect((flagsOf(bytes) >> 3) & 3).toBe(qos);
    }
  });

  it("[MQTT-3.1.2-18, MQTT-3.1.2-19, MQTT-3.1.2-20, MQTT-3.1.2-21] user name and password come with their flags", () => {
    const user = encodeConnect({ clientId: "a", username: "u" }, 0, true);
    const both = encodeConnect({ clientId: "a", username: "u", password: "p" }, 0, true);
    expect([flagsOf(user), payload(user)]).toEqual([0x82, ["a", "u"]]);
    expect([flagsOf(both), payload(both)]).toEqual([0xc2, ["a", "u", "p"]]);
  });

  it("[MQTT-3.1.2-22] there is no password without a user name", () => {
    const bytes = encodeConnect({ clientId: "a", password: "p" }, 0, true);
    expect([flagsOf(bytes), payload(bytes)]).toEqual([0x02, ["a"]]);
  });

  it("[MQTT-3.1.3-1] client id, will topic, will message, user name, password", () => {
    const bytes = encodeConnect({ clientId: "a", username: "u", password: "p", will }, 0, true);
    expect(payload(bytes)).toEqual(["a", "t", "m", "u", "p"]);
  });

  it("[MQTT-3.1.3-3] the client id comes first, also if it is empty", () => {
    expect(payload(encodeConnect({ clientId: "", will }, 0, true))).toEqual(["", "t", "m"]);
  });

  it("[MQTT-3.1.3-4, MQTT-3.1.3-10, MQTT-3.1.3-11] client id, will topic and user name are UTF-8", () => {
    const identity = (text: string) => ({
      clientId: text,
      will: { topic: text, payload: "" },
      username: text,
    });
    const sent = (text: string) => payload(encodeConnect(identity(text), 0, true));
    expect(sent("ä€😀")).toEqual(["ä€😀", "ä€😀", "", "ä€😀"]);
    expect(sent(LONE)).toEqual(["a\ufffdb", "a\ufffdb", "", "a\ufffdb"]);
  });

  it("[MQTT-3.1.3-7] an empty client id has a clean session", () => {
    for (const clean of [true, false])
      expect(flagsOf(encodeConnect({ clientId: "" }, 0, clean)) & 2).toBe(2);
  });
});

describe("PUBLISH", () => {
  it("[MQTT-3.3.1-2] QoS 0 has no DUP, and a packet with both is malformed", () => {
    expect((encodePublish("a", "", 0, true, 0)[0] ?? 0) & 8).toBe(0);
    isMalformed(publish("a", "x", { dup: true }));
  });

  it("[MQTT-3.3.1-4] QoS 3 is malformed", () => {
    for (const first of [0x36, 0x37, 0x3e, 0x3f]) isMalformed(packet(first, text("a"), u16(1)));
  });

  it("[MQTT-3.3.2-1] the topic comes first, and is required", () => {
    expect(hex(encodePublish("ä/b", "x", 0, false, 0))).toBe(hex(publish("ä/b", "x")));
    for (const body of [[], [0], [0, 0], [0, 5, 97]]) isMalformed(packet(0x30, body));
  });

  it("[MQTT-3.3.2-2, MQTT-4.7.1-1] topics with wildcards are refused", () => {
    for (const topic of ["#", "+", "a/+", "a/#", "a+", "#a"]) {
      expect(isTopic(topic), topic).toBe(false);
      expect(toTopic(Buffer.from(topic)), topic).toBe(undefined);
    }
  });

  it("[MQTT-4.3.1-1] QoS 0 is sent with QoS 0 and without DUP", () => {
    expect(hex(encodePublish("a", "x", 0, false, 7))).toBe("30 04 00 01 61 78");
  });
});

describe("SUBSCRIBE and UNSUBSCRIBE", () => {
  it("[MQTT-3.8.1-1] SUBSCRIBE has the flags 0010", () => {
    expect(encodeSubscribe(1, "a", 1)[0]).toBe(0x82);
  });

  it("[MQTT-3.8.3-1, MQTT-3.8.3-3] SUBSCRIBE has one filter, as UTF-8, and its QoS", () => {
    for (const qos of LEVELS)
      expect(hex(encodeSubscribe(7, "ä/+", qos))).toBe(hex(subscribe(7, ["ä/+", qos])));
  });

  it("[MQTT-3.10.1-1] UNSUBSCRIBE has the flags 0010", () => {
    expect(encodeSubscribe(1, "a", undefined)[0]).toBe(0xa2);
  });

  it("[MQTT-3.10.3-1, MQTT-3.10.3-2] UNSUBSCRIBE has one filter, as UTF-8, and nothing else", () => {
    expect(hex(encodeSubscribe(7, "ä/+", undefined))).toBe(hex(packet(0xa2, u16(7), text("ä/+"))));
  });

  it("[MQTT-4.7.3-1] an empty topic and an empty filter are refused", () => {
    expect([isTopic(""), isFilter(""), toTopic(Buffer.alloc(0))]).toEqual([
      false,
      false,
      undefined,
    ]);
    isMalformed(packet(0x30, [0, 0]));
  });
});

describe("the session", () => {
  let session: Session;
  const sent = () => hex(session.unsent() ?? Buffer.alloc(0));

  beforeEach(() => {
    session = new Session(0, () => undefined);
    session.connected(false);
  });

  it("[MQTT-3.1.2-6] nothing of an earlier session is reused: a resent message is a new one", () => {
    session.add("t", Buffer.from("x"), 1, false);
    expect(sent()).toBe(hex(publish("t", "x", { qos: 1, id: 1 })));
    session.receive(9);
    session.connected(false);
    // In a new session, the message is sent without DUP, and the received id 9 is no longer a
    // duplicate.
    expect(sent()).toBe(hex(publish("t", "x", { qos: 1, id: 1 })));
    expect(session.receive(9)).toBe(0);
  });

  it("[MQTT-4.3.2-1] QoS 1 has an unused id and no DUP, and is unacknowledged until PUBACK", () => {
    for (const text of ["x", "y"]) session.add("t", Buffer.from(text), 1, false);
    expect(sent()).toBe(hex(publish("t", "x", { qos: 1, id: 1 })));
    expect(sent()).toBe(hex(publish("t", "y", { qos: 1, id: 2 })));
    session.acknowledged(4, 1);
    session.connected(true);
    expect(sent()).toBe(hex(publish("t", "y", { qos: 1, id: 2, dup: true })));
    expect(session.unsent()).toBe(undefined);
  });

  it("[MQTT-4.3.3-1] QoS 2 continues with PUBREL after PUBREC, and never returns to PUBLISH", () => {
    session.add("t", Buffer.from("x"), 2, false);
    expect(sent()).toBe(hex(publish("t", "x", { qos: 2, id: 1 })));
    session.acknowledged(5, 1);
    for (let connections = 0; connections < 3; connections++) {
      expect(sent()).toBe(hex(ack(0x62, 1)));
      session.connected(true);
    }
    expect(session.acknowledged(7, 1)).toBe(true);
  });
});
