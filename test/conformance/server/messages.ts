/** Tests of sections 3.3, 3.6 and 4.3: PUBLISH and the handshakes of each QoS. */
import {
  ack,
  hex,
  packet,
  PUBACK,
  PUBCOMP,
  publish,
  PUBREC,
  PUBREL,
  text,
  u16,
} from "../../support/mqtt-bytes";
import { Unexpected } from "../../support/wire";
import { messageId } from "../peer";
import { type Case, when } from "../scene";

const WILDCARDS = ["#", "+", "a/#", "+/a", "a/+/b", "a#", "a+"];

export const MESSAGES: Case[] = [
  when("3.3.1-2", "a message passed on at QoS 0 has no DUP", async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe(s.topic("a"), 0);
    const publisher = await s.client();
    for (const qos of [1, 2]) {
      await publisher.publish(s.topic("a"), "x", { qos, dup: true });
      await subscriber.receive(s.topic("a"), "x");
    }
  }),
  when("3.3.1-3", "DUP of the received message is not passed on", async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe(s.topic("a"), 2);
    const publisher = await s.client();
    for (const qos of [1, 2]) {
      await publisher.publish(s.topic("a"), "x", { qos, dup: true });
      await subscriber.receive(s.topic("a"), "x", { qos });
    }
  }),
  when("3.3.1-4", "QoS 3 ends the connection", async (s) => {
    for (const first of [0x36, 0x37, 0x3e]) {
      const client = await s.client();
      client.send(packet(first, text(s.topic("a")), u16(1), [0x78]));
      await client.expectCutOff();
    }
  }),

  when("3.3.2-1", "a PUBLISH that is too short for its topic ends the connection", async (s) => {
    for (const body of [[], [0x00], [0x00, 0x05, 0x61]]) {
      const client = await s.client();
      client.send(packet(0x30, body));
      await client.expectCutOff();
    }
  }),
  when("3.3.2-1", "the broker's PUBLISH begins with the topic, as UTF-8", async (s) => {
    const subscriber = await s.client();
    const topic = s.topic("ä/€/😀");
    await subscriber.subscribe(topic);
    await (await s.client()).publish(topic, "x");
    await subscriber.receive(topic, "x");
  }),
  when("3.3.2-2", "a wildcard in the topic of a PUBLISH ends the connection", async (s) => {
    for (const topic of WILDCARDS)
      for (const qos of [0, 1]) {
        const client = await s.client();
        client.send(publish(topic, "x", { qos }));
        await client.expectCutOff();
      }
  }),
  when("3.3.2-3", "a subscriber with wildcards gets the topic as it was published", async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe(s.topic("+/b/#"));
    const publisher = await s.client();
    await publisher.publish(s.topic("a/c/b"), "no match");
    await publisher.publish(s.topic("a/b/c/d"), "x");
    await subscriber.receive(s.topic("a/b/c/d"), "x");
  }),

  when("3.3.4-1", "QoS 0 has no answer, QoS 1 a PUBACK, QoS 2 a PUBREC", async (s) => {
    const client = await s.client();
    client.send(publish(s.topic("a"), "x"));
    await client.ping();
    client.send(publish(s.topic("a"), "x", { qos: 1, id: 1 }));
    await client.expectPackets(ack(PUBACK, 1));
    client.send(publish(s.topic("a"), "x", { qos: 2, id: 2 }));
    await client.expectPackets(ack(PUBREC, 2));
    await client.ping();
  }),

  ...[
    [0, 2],
    [2, 0],
    [1, 2],
    [2, 1],
  ].map(([first = 0, second = 0]) =>
    when(
      "3.3.5-1",
      `a message for subscriptions at QoS ${first} and then ${second} comes at QoS 2`,
      async (s) => {
        const subscriber = await s.client();
        await subscriber.subscribe(s.topic("a/+"), first);
        await subscriber.subscribe(s.topic("#"), second);
        const publisher = await s.client();
        await publisher.publish(s.topic("a/b"), "x", { qos: 2 });
        await publisher.publish(s.topic("a/b"), "after it", { qos: 2 });
        // The broker may send one copy, or one for each subscription.
        const found = new Set<number>();
        for (let at = await subscriber.next(); at; at = await subscriber.next()) {
          const qos = ((at[0] ?? 0) >> 1) & 3;
          if (at.includes("after it")) break;
          found.add(qos);
          if (qos === 1) subscriber.send(ack(PUBACK, messageId(at)));
          if (qos === 2) await subscriber.completeQos2(messageId(at));
        }
        if (!found.has(2)) throw new Unexpected(`expected a copy at QoS 2, got ${copies(found)}`);
      },
    ),
  ),

  when("3.3.5-2", "a forbidden message is acknowledged, or ends the connection", async (s) => {
    // $SYS topics are reserved for the broker itself.
    const subscriber = await s.client();
    await subscriber.subscribe("$SYS/conformance", 0);
    for (const [qos, answer] of [
      [1, ack(PUBACK, 1)],
      [2, ack(PUBREC, 1)],
    ] as const) {
      const client = await s.client();
      client.send(publish("$SYS/conformance", "forged", { qos, id: 1 }));
      const found = await client.next();
      if (found && !found.equals(answer))
        throw new Unexpected(`expected ${hex(answer)} or the end, got ${hex(found)}`);
    }
    await subscriber.ping();
  }),

  when("3.6.1-1", "a PUBREL with other flags than 0010 ends the connection", async (s) => {
    for (const first of [0x60, 0x61, 0x63, 0x6a]) {
      const client = await s.client();
      client.send(publish(s.topic("a"), "x", { qos: 2, id: 1 }));
      await client.expectPackets(ack(PUBREC, 1));
      client.send(ack(first, 1));
      await client.expectCutOff();
    }
  }),

  when("4.3.1-1", "a message at QoS 0 is passed on with QoS 0 and without DUP", async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe(s.topic("a"), 2);
    const publisher = await s.client();
    await publisher.publish(s.topic("a"), "x");
    await subscriber.receive(s.topic("a"), "x");
    await subscriber.ping();
  }),

  when("4.3.2-1", "a message at QoS 1 has an unused id and no DUP, until its PUBACK", async (s) => {
    const id = s.clientId("a");
    const first = await s.client({ id, clean: false });
    await first.subscribe(s.topic("a"), 1);
    const publisher = await s.client();
    const ids = [];
    for (let i = 0; i < 5; i++) {
      await publisher.publish(s.topic("a"), `${i}`, { qos: 1 });
      ids.push(await first.receiveWithoutAck(s.topic("a"), `${i}`, { qos: 1 }));
    }
    if (new Set(ids).size < 5) throw new Unexpected(`expected five packet ids, got ${String(ids)}`);
    // Acknowledges the messages out of order, and the third message not at all.
    for (const at of [4, 0, 3, 1]) first.send(ack(PUBACK, ids[at] ?? 0));
    await first.ping();
    await first.stop();
    const again = await s.client({ id, clean: false }, true);
    await again.receiveWithoutAck(s.topic("a"), "2", { qos: 1, dup: true, id: ids[2] ?? 0 });
    await again.ping();
  }),
  when("4.3.2-2", "after PUBACK the same id is a new message, with DUP or without", async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe(s.topic("a"), 1);
    const publisher = await s.client();
    for (const dup of [false, true, false]) {
      publisher.send(publish(s.topic("a"), "x", { qos: 1, id: 9, dup }));
      await publisher.expectPackets(ack(PUBACK, 9));
      await subscriber.receive(s.topic("a"), "x", { qos: 1 });
    }
  }),

  when("4.3.3-1", "a message at QoS 2 goes through PUBREC, PUBREL and PUBCOMP", async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe(s.topic("a"), 2);
    await (await s.client()).publish(s.topic("a"), "x", { qos: 2 });
    const id = await subscriber.receiveWithoutAck(s.topic("a"), "x", { qos: 2 });
    subscriber.send(ack(PUBREC, id));
    await subscriber.expectPackets(ack(PUBREL, id));
    subscriber.send(ack(PUBCOMP, id));
    await subscriber.ping();
  }),
  when("4.3.3-1", "a message at QoS 2 is not resent after its PUBREL was sent", async (s) => {
    const id = s.clientId("a");
    const first = await s.client({ id, clean: false });
    await first.subscribe(s.topic("a"), 2);
    await (await s.client()).publish(s.topic("a"), "x", { qos: 2 });
    const messageId = await first.receiveWithoutAck(s.topic("a"), "x", { qos: 2 });
    first.send(ack(PUBREC, messageId));
    await first.expectPackets(ack(PUBREL, messageId));
    await first.stop();
    const again = await s.client({ id, clean: false }, true);
    await again.expectPackets(ack(PUBREL, messageId));
    again.send(ack(PUBCOMP, messageId));
    await again.disconnect();
    await (await s.client({ id, clean: false }, true)).ping();
  }),
  ...[2, 3].map((times) =>
    when(
      "4.3.3-2",
      `a PUBLISH that comes ${times} times before its PUBREL is passed on once`,
      async (s) => {
        const subscriber = await s.client();
        await subscriber.subscribe(s.topic("a"), 1);
        const publisher = await s.client();
        for (let time = 0; time < times; time++) {
          publisher.send(publish(s.topic("a"), "once", { qos: 2, id: 9, dup: time > 0 }));
          await publisher.expectPackets(ack(PUBREC, 9));
        }
        for (let time = 0; time < times; time++) {
          publisher.send(ack(PUBREL, 9));
          await publisher.expectPackets(ack(PUBCOMP, 9));
        }
        await subscriber.receive(s.topic("a"), "once", { qos: 1 });
        publisher.send(publish(s.topic("a"), "new with that id", { qos: 2, id: 9 }));
        await publisher.expectPackets(ack(PUBREC, 9));
        publisher.send(ack(PUBREL, 9));
        await publisher.expectPackets(ack(PUBCOMP, 9));
        await subscriber.receive(s.topic("a"), "new with that id", { qos: 1 });
      },
    ),
  ),
  when("4.3.3-2", "a PUBLISH resent on a new connection is passed on once", async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe(s.topic("a"), 1);
    const id = s.clientId("p");
    const first = await s.client({ id, clean: false });
    first.send(publish(s.topic("a"), "once", { qos: 2, id: 9 }));
    await first.expectPackets(ack(PUBREC, 9));
    await first.stop();
    const again = await s.client({ id, clean: false }, true);
    again.send(publish(s.topic("a"), "once", { qos: 2, id: 9, dup: true }));
    await again.expectPackets(ack(PUBREC, 9));
    again.send(ack(PUBREL, 9));
    await again.expectPackets(ack(PUBCOMP, 9));
    await again.publish(s.topic("a"), "after it", { qos: 1 });
    await subscriber.receive(s.topic("a"), "once", { qos: 1 });
    await subscriber.receive(s.topic("a"), "after it", { qos: 1 });
  }),
];

function copies(qos: Set<number>): string {
  return qos.size > 0 ? `copies at QoS ${[...qos].sort().join(" and ")}` : "none";
}
