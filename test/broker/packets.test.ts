import { generate, type Packet as AnyPacket, parser } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../server/base/rejections";
import { Decoder } from "../../server/broker/decoder";
import { encodePublish, encodeSuback } from "../../server/broker/encode";
import { ConnectRefusal } from "../../server/broker/parse";
import { Random } from "../support/random";

function decodeAll(bytes: Buffer, cuts: number[] = []): unknown[] {
  const decoder = new Decoder(65_536);
  const packets: unknown[] = [];
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    decoder.push(bytes.subarray(from, to));
    from = to;
    for (let packet = decoder.next(); packet; packet = decoder.next()) packets.push(packet);
  }
  return packets;
}

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

const CONNECT: AnyPacket = {
  cmd: "connect",
  protocolId: "MQTT",
  protocolVersion: 4,
  clientId: "lamp",
  clean: false,
  keepalive: 60,
  username: "lamp",
  password: Buffer.from("secret"),
  will: { topic: "lamp/status", payload: Buffer.from("offline"), qos: 1, retain: true },
};

describe("packets from a client", () => {
  const stream = Buffer.concat(
    (
      [
        CONNECT,
        {
          cmd: "publish",
          topic: "lüx/telemetry",
          payload: Buffer.alloc(300, "x"),
          qos: 2,
          dup: true,
          retain: true,
          messageId: 0x1234,
        },
        { cmd: "publish", topic: "t", payload: "", qos: 0, dup: false, retain: false },
        { cmd: "puback", messageId: 1 },
        { cmd: "pubrec", messageId: 2 },
        { cmd: "pubrel", messageId: 3 },
        { cmd: "pubcomp", messageId: 65_535 },
        {
          cmd: "subscribe",
          messageId: 4,
          subscriptions: [
            { topic: "a/+/#", qos: 2 },
            { topic: "b", qos: 0 },
          ],
        },
        { cmd: "unsubscribe", messageId: 5, unsubscriptions: ["a", "+"] },
        { cmd: "pingreq" },
        { cmd: "disconnect" },
      ] as AnyPacket[]
    ).map((packet) => generate(packet)),
  );

  it("are decoded as another codec encoded them", () => {
    const [connect, publish, empty, ...rest] = decodeAll(stream);
    expect(connect).toEqual({
      type: 1,
      level: 4,
      clientId: "lamp",
      clean: false,
      keepAliveS: 60,
      username: "lamp",
      password: Buffer.from("secret"),
      will: { topic: "lamp/status", payload: Buffer.from("offline"), qos: 1, retain: true },
    });
    expect(publish).toMatchObject({ topic: "lüx/telemetry", qos: 2, retain: true, id: 0x1234 });
    expect(empty).toMatchObject({ topic: "t", payload: Buffer.alloc(0), qos: 0, id: 0 });
    expect(rest).toEqual([
      { type: 4, id: 1 },
      { type: 5, id: 2 },
      { type: 6, id: 3 },
      { type: 7, id: 65_535 },
      {
        type: 8,
        id: 4,
        filters: [
          { filter: "a/+/#", qos: 2 },
          { filter: "b", qos: 0 },
        ],
      },
      { type: 10, id: 5, filters: ["a", "+"] },
      { type: 12 },
      { type: 14 },
    ]);
  });

  it("are the same, however the stream is split", () => {
    const whole = decodeAll(stream);
    const random = new Random(7);
    const everywhere = Array.from({ length: stream.length - 1 }, (_, i) => i + 1);
    expect(decodeAll(stream, everywhere)).toEqual(whole);
    for (let round = 0; round < 200; round++) {
      const cuts = everywhere.filter(() => random.below(20) === 0);
      expect(decodeAll(stream, cuts)).toEqual(whole);
    }
  });

  it("may have DUP in MQTT 3.1 where 3.1.1 has reserved flags", () => {
    const connect = { ...CONNECT, protocolId: "MQIsdp", protocolVersion: 3 } as AnyPacket;
    const again = bytes("6a 02 0003  8a 06 0004 0001 61 01  aa 05 0005 0001 61");
    const [, ...packets] = decodeAll(Buffer.concat([generate(connect), again]));
    expect(packets).toMatchObject([{ type: 6 }, { type: 8 }, { type: 10 }]);
    const refused = Buffer.concat([generate(connect), bytes("48 02 0003")]);
    expect(() => decodeAll(refused)).toThrow("reserved flags 8");
    expect(() => decodeAll(Buffer.concat([generate(CONNECT), again]))).toThrow("reserved flags 10");
  });

  it.each([
    ["a reserved type", "f0 00", "malformed-packet"],
    ["flags of a PINGREQ", "c1 00", "malformed-packet"],
    ["flags of a SUBSCRIBE", "80 06 0001 0001 61 00", "malformed-packet"],
    ["a PINGREQ with a body", "c0 01 00", "malformed-packet"],
    ["a PUBACK that is too short", "40 01 00", "malformed-packet"],
    ["a PUBACK that is too long", "40 03 000100", "malformed-packet"],
    ["packet id 0", "32 05 0001 61 0000", "malformed-packet"],
    ["QoS 3", "36 05 0001 61 0001", "malformed-packet"],
    ["DUP at QoS 0", "38 03 0001 61", "malformed-packet"],
    ["a topic that is longer than its packet", "30 03 0009 61", "malformed-packet"],
    ["a SUBSCRIBE without a filter", "82 02 0001", "malformed-packet"],
    ["an UNSUBSCRIBE without a filter", "a2 02 0001", "malformed-packet"],
    ["a requested QoS of 3", "82 06 0001 0001 61 03", "malformed-packet"],
    ["an empty topic", "30 02 0000", "topic"],
    ["a topic with +", "30 03 0001 2b", "topic"],
    ["a topic with U+0000", "30 03 0001 00", "topic"],
    ["a topic with a surrogate", "30 05 0003 eda080", "topic"],
    ["a topic that is overlong", "30 04 0002 c0af", "topic"],
    ["a filter with # in its midst", "82 08 0001 0003 23 2f 61 00", "topic"],
    ["a filter with + in a level", "82 07 0001 0002 61 2b 00", "topic"],
    ["a packet of 2 MB", "30 ff ff 7f", "packet-bytes"],
  ])("are refused: %s", (_what, hex, reason) => {
    expect(() => decodeAll(bytes(hex))).toThrow(Refusal);
    expect(refusalOf(hex).reason).toBe(reason);
  });

  it.each([
    ["the reserved flag", "10 0c 0004 4d515454 04 03 0000 0000"],
    ["a will of QoS 3", "10 12 0004 4d515454 04 1e 0000 0000 0001 61 0001 62"],
    ["the QoS of no will", "10 0c 0004 4d515454 04 0a 0000 0000"],
    ["a retained will that is none", "10 0c 0004 4d515454 04 22 0000 0000"],
    ["a password without a user", "10 0f 0004 4d515454 04 42 0000 0000 0001 61"],
    ["another protocol's name", "10 0c 0004 4d515458 04 02 0000 0000"],
    ["bytes too many", "10 0d 0004 4d515454 04 02 0000 0000 00"],
  ])("are refused without an answer: a CONNECT with %s", (_what, hex) => {
    expect(refusalOf(hex)).not.toBeInstanceOf(ConnectRefusal);
  });

  it.each([
    ["level 5", "10 0d 0004 4d515454 05 02 0000 00 0000", "20020001"],
    ["level 6", "10 0c 0004 4d515454 06 02 0000 0000", "20020001"],
    ["level 3 under the name of 4", "10 0c 0004 4d515454 03 02 0000 0000", "20020001"],
    ["an empty client id that is to last", "10 0c 0004 4d515454 04 00 0000 0000", "20020002"],
  ])("are refused with an answer: a CONNECT of %s", (_what, hex, answer) => {
    const refusal = refusalOf(hex);
    if (!(refusal instanceof ConnectRefusal)) throw refusal;
    expect(refusal.answer.toString("hex")).toBe(answer);
  });

  it("may be of MQTT 3.1", () => {
    expect(decodeAll(bytes("10 0f 0006 4d5149736470 03 02 0000 0001 61"))).toEqual([
      { type: 1, level: 3, clientId: "a", clean: true, keepAliveS: 0 },
    ]);
  });

  it("keep U+FEFF and U+FFFD, which are ordinary characters", () => {
    expect(decodeAll(bytes("30 08 0006 efbbbf efbfbd"))).toMatchObject([{ topic: "\ufeff\ufffd" }]);
  });
});

it.each([0, 1, 2] as const)("a PUBLISH at QoS %i is read by another codec", (qos) => {
  for (const length of [0, 1, 100, 127, 128, 16_383, 20_000, 2_100_000]) {
    const payload = Buffer.alloc(length, "x");
    const id = qos === 0 ? undefined : 300;
    const encoded = encodePublish({ topic: "lüx", payload }, qos, true, id ?? 0, qos > 0);
    expect(readByOther(encoded)).toMatchObject({ topic: "lüx", qos, dup: qos > 0, retain: true });
    expect(encoded.length).toBe((readByOther(encoded).length as number) + headerOf(encoded));
  }
});

it("a SUBACK is read by another codec", () => {
  expect(readByOther(encodeSuback(7, [0, 2, 128]))).toMatchObject({
    cmd: "suback",
    messageId: 7,
    granted: [0, 2, 128],
  });
});

function headerOf(encoded: Buffer): number {
  return 1 + encoded.subarray(1).findIndex((byte) => byte < 128) + 1;
}

function refusalOf(hex: string): Refusal {
  try {
    decodeAll(bytes(hex));
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("not refused");
}

function readByOther(encoded: Buffer): AnyPacket {
  const packets: AnyPacket[] = [];
  const other = parser();
  other.on("packet", (packet) => packets.push(packet));
  other.parse(encoded);
  const [packet] = packets;
  if (!packet) throw new Error("no packet");
  return packet;
}
