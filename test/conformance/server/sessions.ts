/** Tests of persistent sessions: sections 3.1.2.4, 4.1, 4.4 and 4.5. */
import { ack, PUBACK, PUBCOMP, publish, PUBREC, PUBREL } from "../../support/mqtt-bytes";
import type { Peer } from "../peer";
import { type Case, type Scene, when } from "../scene";

/**
 * Connects a client with a persistent session, and subscribes it to the scene's topic `a` at QoS 2.
 */
async function subscriber(scene: Scene): Promise<Peer> {
  const client = await scene.client({ id: scene.clientId("a"), clean: false });
  await client.subscribe(scene.topic("a"), 2);
  return client;
}

/** Connects the scene's subscriber again, on a new connection. */
async function again(scene: Scene): Promise<Peer> {
  return scene.client({ id: scene.clientId("a"), clean: false }, true);
}

export const SESSIONS: Case[] = [
  when(
    "3.1.2-4",
    "a persistent session continues: its subscriptions exist after a reconnect",
    async (s) => {
      await (await subscriber(s)).disconnect();
      const client = await again(s);
      await (await s.client()).publish(s.topic("a"), "x", { qos: 2 });
      await client.receive(s.topic("a"), "x", { qos: 2 });
    },
  ),
  when("3.1.2-4", "a persistent session continues after a broken connection", async (s) => {
    await (await subscriber(s)).stop();
    const client = await again(s);
    await (await s.client()).publish(s.topic("a"), "x", { qos: 2 });
    await client.receive(s.topic("a"), "x", { qos: 2 });
  }),

  when("3.1.2-5", "messages at QoS 1 and 2 are queued for an offline client", async (s) => {
    await (await subscriber(s)).disconnect();
    const publisher = await s.client();
    for (const qos of [1, 2, 1]) await publisher.publish(s.topic("a"), `${qos}`, { qos });
    const client = await again(s);
    for (const qos of [1, 2, 1]) await client.receive(s.topic("a"), `${qos}`, { qos });
  }),

  when("3.1.2-6", "CleanSession 1 discards the subscriptions and queued messages", async (s) => {
    await (await subscriber(s)).disconnect();
    const publisher = await s.client();
    await publisher.publish(s.topic("a"), "waits", { qos: 1 });
    const client = await s.client({ id: s.clientId("a"), clean: true });
    await publisher.publish(s.topic("a"), "passes by", { qos: 1 });
    await client.subscribe(s.topic("a"), 1);
    await publisher.publish(s.topic("a"), "new", { qos: 1 });
    await client.receive(s.topic("a"), "new", { qos: 1 });
  }),
  when("3.1.2-6", "a session with CleanSession 1 ends with its connection", async (s) => {
    const id = s.clientId("a");
    const clean = await s.client({ id, clean: true });
    await clean.subscribe(s.topic("a"), 1);
    await clean.disconnect();
    const client = await s.client({ id, clean: false }, false);
    const publisher = await s.client();
    await publisher.publish(s.topic("a"), "passes by", { qos: 1 });
    await client.subscribe(s.topic("b"), 1);
    await publisher.publish(s.topic("b"), "new", { qos: 1 });
    await client.receive(s.topic("b"), "new", { qos: 1 });
  }),

  when("3.1.2-7", "a retained message stays when the session that published it ends", async (s) => {
    for (const clean of [true, false]) {
      const topic = s.topic(`retained/${clean}`);
      const id = s.clientId("p");
      const publisher = await s.client({ id, clean });
      await publisher.publish(topic, "stays", { qos: 1, retain: true });
      await publisher.disconnect();
      await (await s.client({ id, clean: true })).disconnect();
      const later = await s.client();
      await later.subscribe(topic, 1);
      await later.receive(topic, "stays", { qos: 1, retain: true });
    }
  }),

  when(
    "4.1.0-1",
    "subscriptions and both halves of handshakes survive the connection",
    async (s) => {
      const first = await subscriber(s);
      const publisher = await s.client();
      await publisher.publish(s.topic("a"), "down", { qos: 2 });
      const id = await first.receiveWithoutAck(s.topic("a"), "down", { qos: 2 });
      first.send(publish(s.topic("b"), "up", { qos: 2, id: 77 }));
      await first.expectPackets(ack(PUBREC, 77));
      await first.stop();
      const client = await again(s);
      await client.receiveWithoutAck(s.topic("a"), "down", { qos: 2, dup: true, id });
      await client.completeQos2(id);
      client.send(ack(PUBREL, 77));
      await client.expectPackets(ack(PUBCOMP, 77));
    },
  ),

  when("4.1.0-2", "a session with CleanSession 1 lasts as long as its connection", async (s) => {
    const client = await s.client({ id: s.clientId("a") });
    await client.subscribe(s.topic("a"), 1);
    for (let others = 0; others < 3; others++) await (await s.client()).disconnect();
    await client.ping();
    await (await s.client()).publish(s.topic("a"), "x", { qos: 1 });
    await client.receive(s.topic("a"), "x", { qos: 1 });
  }),

  when("3.3.1-1", "a message resent at QoS 1 has DUP", async (s) => {
    await sentAgain(s, 1);
  }),
  when("3.3.1-1", "a message resent at QoS 2 has DUP", async (s) => {
    await sentAgain(s, 2);
  }),

  when("4.4.0-1", "a PUBLISH without PUBACK or PUBREC is resent with its id", async (s) => {
    for (const qos of [1, 2]) await sentAgain(s, qos);
  }),
  when("4.4.0-1", "a PUBREL without PUBCOMP is resent with its id", async (s) => {
    const first = await subscriber(s);
    await (await s.client()).publish(s.topic("a"), "x", { qos: 2 });
    const id = await first.receiveWithoutAck(s.topic("a"), "x", { qos: 2 });
    first.send(ack(PUBREC, id));
    await first.expectPackets(ack(PUBREL, id));
    await first.stop();
    const client = await again(s);
    await client.expectPackets(ack(PUBREL, id));
    client.send(ack(PUBCOMP, id));
    await client.ping();
  }),
  when("4.4.0-1", "acknowledged messages are not resent", async (s) => {
    const first = await subscriber(s);
    const publisher = await s.client();
    for (const qos of [1, 2]) {
      await publisher.publish(s.topic("a"), "x", { qos });
      await first.receive(s.topic("a"), "x", { qos });
    }
    await first.ping();
    await first.stop();
    const client = await again(s);
    await publisher.publish(s.topic("a"), "new", { qos: 1 });
    await client.receive(s.topic("a"), "new", { qos: 1 });
  }),

  when("4.5.0-1", "a message reaches all matching sessions, connected or not", async (s) => {
    const away = await subscriber(s);
    await away.disconnect();
    const [one, other] = [await s.client(), await s.client()];
    await one.subscribe(s.topic("+"), 1);
    await other.subscribe(s.topic("#"), 2);
    await (await s.client()).publish(s.topic("a"), "x", { qos: 2 });
    await one.receive(s.topic("a"), "x", { qos: 1 });
    await other.receive(s.topic("a"), "x", { qos: 2 });
    await (await again(s)).receive(s.topic("a"), "x", { qos: 2 });
  }),
];

/** Checks that an unacknowledged message is repeated unchanged, except for DUP. */
async function sentAgain(s: Scene, qos: number): Promise<void> {
  const first = await subscriber(s);
  await (await s.client()).publish(s.topic("a"), "x", { qos });
  const id = await first.receiveWithoutAck(s.topic("a"), "x", { qos });
  await first.stop();
  const client = await again(s);
  await client.receiveWithoutAck(s.topic("a"), "x", { qos, dup: true, id });
  if (qos === 1) client.send(ack(PUBACK, id));
  else await client.completeQos2(id);
  await client.disconnect();
  await (await s.client({ id: s.clientId("a") })).disconnect();
}
