/** Tests of chapter 2 and section 1.5: strings, flags, packet ids. */
import {
  ack,
  connect,
  packet,
  PUBACK,
  PUBCOMP,
  publish,
  PUBREC,
  PUBREL,
  suback,
  subscribe,
  text,
  u16,
  UNSUBACK,
  unsubscribe,
} from "../../support/mqtt-bytes";
import { Unexpected } from "../../support/wire";
import { type Case, when } from "../scene";

const ILL_FORMED: Record<string, number[]> = {
  "a continuation byte alone": [0x61, 0x80],
  "a sequence that is cut off": [0x61, 0xe2, 0x82],
  "an overlong slash": [0x61, 0xc0, 0xaf],
  "a surrogate": [0xed, 0xa0, 0x80],
  "a code point above U+10FFFF": [0xf4, 0x90, 0x80, 0x80],
};

/**
 * Packets after CONNECT that contain a string from the client. Each function builds its packet with
 * the given string.
 */
const CARRIERS: Record<string, (bytes: Uint8Array) => Buffer> = {
  "the topic of a PUBLISH": (bytes) => publish(bytes, "x"),
  "the filter of a SUBSCRIBE": (bytes) => subscribe(1, [bytes, 0]),
  "the filter of an UNSUBSCRIBE": (bytes) => unsubscribe(1, bytes),
};
const CONNECT_CARRIERS: Record<string, (bytes: Uint8Array) => Buffer> = {
  "the client id": (bytes) => connect({ id: bytes }),
  "the will topic": (bytes) => connect({ id: "will", will: { topic: bytes } }),
  "the user name": (bytes) => connect({ id: "user", user: bytes }),
};

/** Returns one test for each place in which a client sends a string. */
function strings(statement: string, what: string, samples: number[][]): Case[] {
  return [
    ...Object.entries(CARRIERS).map(([carrier, write]) =>
      when(statement, `${what} in ${carrier} ends the connection`, async (scene) => {
        for (const bytes of samples) {
          const client = await scene.client();
          client.send(write(Uint8Array.from(bytes)));
          await client.expectCutOff();
        }
      }),
    ),
    ...Object.entries(CONNECT_CARRIERS).map(([carrier, write]) =>
      when(statement, `${what} in ${carrier} is refused`, async (scene) => {
        for (const bytes of samples) {
          const client = scene.open();
          client.send(write(Uint8Array.from(bytes)));
          await client.expectRefusal();
        }
      }),
    ),
  ];
}

export const PACKETS: Case[] = [
  ...strings("1.5.3-1", "ill-formed UTF-8", Object.values(ILL_FORMED)),
  ...strings("1.5.3-2", "U+0000", [[0x61, 0, 0x62], [0]]),

  when(
    "1.5.3-3",
    "U+FEFF at the start of a topic is kept, and makes a different topic",
    async (s) => {
      const subscriber = await s.client();
      const topic = s.topic("a");
      await subscriber.subscribe(`\ufeff${topic}`, 1);
      const publisher = await s.client();
      await publisher.publish(topic, "without", { qos: 1 });
      await publisher.publish(`\ufeff${topic}`, "with", { qos: 1 });
      await subscriber.receive(`\ufeff${topic}`, "with", { qos: 1 });
    },
  ),

  when("2.2.2-1", "each packet from the broker has the flags of table 2.2", async (s) => {
    const client = await s.client(); // CONNACK is compared byte by byte
    client.send(subscribe(1, [s.topic("a"), 2]));
    await client.expectPackets(suback(1, 2));
    client.send(publish(s.topic("b"), "", { qos: 1, id: 2 }));
    await client.expectPackets(ack(PUBACK, 2));
    client.send(publish(s.topic("b"), "", { qos: 2, id: 3 }));
    await client.expectPackets(ack(PUBREC, 3));
    client.send(ack(PUBREL, 3));
    await client.expectPackets(ack(PUBCOMP, 3));
    const publisher = await s.client();
    await publisher.publish(s.topic("a"), "x", { qos: 2 });
    const id = await client.receiveWithoutAck(s.topic("a"), "x", { qos: 2 });
    client.send(ack(PUBREC, id));
    await client.expectPackets(ack(PUBREL, id));
    client.send(ack(PUBCOMP, id), unsubscribe(4, s.topic("a")));
    await client.expectPackets(ack(UNSUBACK, 4));
    await client.ping();
  }),

  when("2.2.2-2", "a CONNECT with a flag in its first byte is not accepted", async (s) => {
    const client = s.open();
    const bytes = connect({ id: s.clientId("a") });
    bytes[0] = 0x11;
    client.send(bytes);
    await client.expectEnd();
  }),
  ...Object.entries({
    SUBSCRIBE: packet(0x80, u16(1), text("a"), 0),
    UNSUBSCRIBE: packet(0xa0, u16(1), text("a")),
    PUBREL: packet(0x60, u16(1)),
    PINGREQ: packet(0xc1),
    DISCONNECT: packet(0xe1),
  }).map(([name, bytes]) =>
    when("2.2.2-2", `${name} with wrong flags ends the connection`, async (s) => {
      const client = await s.client();
      client.send(bytes);
      await client.expectCutOff();
    }),
  ),
  ...Object.entries({ PUBACK: [PUBACK, 1], PUBREC: [PUBREC, 2] }).map(([name, [type = 0, qos]]) =>
    when("2.2.2-2", `${name} with a flag ends the connection`, async (s) => {
      const client = await s.client();
      await client.subscribe(s.topic("a"), qos);
      await (await s.client()).publish(s.topic("a"), "x", { qos });
      const id = await client.receiveWithoutAck(s.topic("a"), "x", { qos });
      client.send(ack(type | 1, id));
      await client.expectCutOff();
    }),
  ),
  when("2.2.2-2", "PUBCOMP with a flag ends the connection", async (s) => {
    const client = await s.client();
    await client.subscribe(s.topic("a"), 2);
    await (await s.client()).publish(s.topic("a"), "x", { qos: 2 });
    const id = await client.receiveWithoutAck(s.topic("a"), "x", { qos: 2 });
    client.send(ack(PUBREC, id));
    await client.expectPackets(ack(PUBREL, id));
    client.send(ack(PUBCOMP | 1, id));
    await client.expectCutOff();
  }),

  when(
    "2.3.1-1",
    "messages from the broker at QoS 1 and 2 have packet ids other than 0",
    async (s) => {
      const client = await s.client();
      await client.subscribe(s.topic("a"), 2);
      const publisher = await s.client();
      for (const qos of [1, 2]) {
        await publisher.publish(s.topic("a"), "x", { qos });
        await client.receive(s.topic("a"), "x", { qos });
      }
    },
  ),
  ...Object.entries({
    "PUBLISH at QoS 1": publish("a", "x", { qos: 1, id: 0 }),
    "PUBLISH at QoS 2": publish("a", "x", { qos: 2, id: 0 }),
    SUBSCRIBE: subscribe(0, ["a", 0]),
    UNSUBSCRIBE: unsubscribe(0, "a"),
  }).map(([name, bytes]) =>
    when("2.3.1-1", `${name} with the packet id 0 ends the connection`, async (s) => {
      const client = await s.client();
      client.send(bytes);
      await client.expectCutOff();
    }),
  ),

  when("2.3.1-4", "messages in flight have distinct ids, and keep them when resent", async (s) => {
    const id = s.clientId("a");
    let client = await s.client({ id, clean: false });
    await client.subscribe(s.topic("a"), 2);
    const publisher = await s.client();
    const ids: number[] = [];
    for (const qos of [1, 2, 1, 2]) await publisher.publish(s.topic("a"), `${qos}`, { qos });
    for (const qos of [1, 2, 1, 2])
      ids.push(await client.receiveWithoutAck(s.topic("a"), `${qos}`, { qos }));
    if (new Set(ids).size < 4) throw new Unexpected(`expected four packet ids, got ${String(ids)}`);
    await client.stop();
    client = await s.client({ id, clean: false }, true);
    for (const [i, qos] of [1, 2, 1, 2].entries())
      await client.receiveWithoutAck(s.topic("a"), `${qos}`, { qos, dup: true, id: ids[i] ?? 0 });
  }),
  when("2.3.1-4", "the id of a message in flight is given to no other message", async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe(s.topic("#"), 2);
    const publisher = await s.client();
    await publisher.publish(s.topic("held"), "x", { qos: 1 });
    const held = await subscriber.receiveWithoutAck(s.topic("held"), "x", { qos: 1 });
    for (let i = 0; i < 300; i++) {
      const qos = 1 + (i % 2);
      await publisher.publish(s.topic("a"), `${i}`, { qos });
      const id = await subscriber.receiveWithoutAck(s.topic("a"), `${i}`, { qos });
      if (id === held) throw new Unexpected(`expected another packet id than ${held}`);
      if (qos === 1) subscriber.send(ack(PUBACK, id));
      else await subscriber.completeQos2(id);
    }
  }),

  when("2.3.1-5", "a message from the broker at QoS 0 has no packet id", async (s) => {
    const client = await s.client();
    await client.subscribe(s.topic("a"), 0);
    const publisher = await s.client();
    for (const qos of [0, 1, 2]) {
      await publisher.publish(s.topic("a"), "x", { qos });
      await client.receiveWithoutAck(s.topic("a"), "x"); // compared byte by byte
    }
  }),

  when("2.3.1-6", "PUBACK, PUBREC and PUBCOMP carry the id of the PUBLISH", async (s) => {
    const client = await s.client();
    for (const id of [1, 0x00ff, 0x0100, 0xffff]) {
      client.send(publish(s.topic("a"), "x", { qos: 1, id }));
      await client.expectPackets(ack(PUBACK, id));
      client.send(publish(s.topic("a"), "x", { qos: 2, id }));
      await client.expectPackets(ack(PUBREC, id));
      client.send(ack(PUBREL, id));
      await client.expectPackets(ack(PUBCOMP, id));
    }
  }),
  when("2.3.1-6", "PUBREL carries the id of the broker's PUBLISH", async (s) => {
    const client = await s.client();
    await client.subscribe(s.topic("a"), 2);
    await (await s.client()).publish(s.topic("a"), "x", { qos: 2 });
    await client.completeQos2(await client.receiveWithoutAck(s.topic("a"), "x", { qos: 2 }));
  }),

  when("2.3.1-7", "SUBACK and UNSUBACK carry the id of the request", async (s) => {
    const client = await s.client();
    for (const id of [1, 0x00ff, 0x0100, 0xffff]) {
      client.send(subscribe(id, [s.topic("a"), 1]));
      await client.expectPackets(suback(id, 1));
      client.send(unsubscribe(id, s.topic("a")));
      await client.expectPackets(ack(UNSUBACK, id));
    }
  }),
];
