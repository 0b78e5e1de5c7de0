/**
 * Tests of section 3.1.2.5: the message that the broker publishes for a client whose connection
 * breaks.
 */
import { DISCONNECT, packet } from "../../support/mqtt-bytes";
import type { Peer } from "../peer";
import { type Case, type Scene, when } from "../scene";

/** Connects a client that is subscribed to the topic of the scene's will, at QoS 2. */
async function watcher(scene: Scene): Promise<Peer> {
  const client = await scene.client();
  await client.subscribe(scene.topic("will"), 2);
  return client;
}

/**
 * Checks that no will has been published before now: the next message to arrive must be the one
 * published here.
 */
async function nothingCameBefore(scene: Scene, client: Peer): Promise<void> {
  await (await scene.client()).publish(scene.topic("will"), "nothing before", { qos: 1 });
  await client.receive(scene.topic("will"), "nothing before", { qos: 1 });
}

export const WILLS: Case[] = [
  when("3.1.2-8", "the will of a client whose connection breaks is published", async (s) => {
    const heard = await watcher(s);
    const client = await s.client({ will: { topic: s.topic("will"), payload: "gone" } });
    await client.stop();
    await heard.receive(s.topic("will"), "gone");
  }),
  when(
    "3.1.2-8",
    "the will of a client that is disconnected for its silence is published",
    async (s) => {
      const heard = await watcher(s);
      const will = { topic: s.topic("will"), payload: "silent" };
      const client = await s.client({ keepAlive: 1, will });
      await client.expectEnd();
      await heard.receive(s.topic("will"), "silent");
    },
  ),
  when("3.1.2-8", "the will of a client that violates the protocol is published", async (s) => {
    const heard = await watcher(s);
    const client = await s.client({ will: { topic: s.topic("will"), payload: "wrong" } });
    client.send(packet(0xf0));
    await client.expectEnd();
    await heard.receive(s.topic("will"), "wrong");
  }),
  ...[true, false].map((clean) =>
    when(
      "3.1.2-8",
      `the will of a client that is taken over, with CleanSession ${clean ? 1 : 0}, is published`,
      async (s) => {
        const heard = await watcher(s);
        const id = s.clientId("a");
        const will = { topic: s.topic("will"), payload: "taken" };
        const client = await s.client({ id, clean, will });
        await s.client({ id, clean }, !clean);
        await client.expectEnd();
        await (await s.client()).publish(s.topic("will"), "after it", { qos: 1 });
        await heard.receive(s.topic("will"), "taken");
      },
    ),
  ),

  when("3.1.2-9", "a will is published at its QoS, with its topic and its message", async (s) => {
    const heard = await watcher(s);
    for (const qos of [0, 1, 2]) {
      const will = { topic: s.topic("will"), payload: `at ${qos}`, qos };
      await (await s.client({ will })).stop();
      await heard.receive(s.topic("will"), `at ${qos}`, { qos });
    }
  }),

  when("3.1.2-10", "a will is published once, and not again for a later connection", async (s) => {
    const heard = await watcher(s);
    const id = s.clientId("a");
    const will = { topic: s.topic("will"), payload: "once" };
    await (await s.client({ id, clean: false, will })).stop();
    await heard.receive(s.topic("will"), "once");
    await (await s.client({ id, clean: false }, true)).stop();
    // The broker answers this CONNECT only after it has ended the old connection, so a second will
    // would have been published before.
    await s.client({ id, clean: false }, true);
    await nothingCameBefore(s, heard);
  }),

  when("3.1.2-12", "a client without a will leaves no message when it vanishes", async (s) => {
    const heard = await watcher(s);
    const id = s.clientId("a");
    const will = { topic: s.topic("will"), payload: "of the connection before" };
    await (await s.client({ id, will })).disconnect();
    await (await s.client({ id })).stop();
    await s.client({ id });
    await nothingCameBefore(s, heard);
  }),

  when("3.1.2-16", "a will without retain is not retained", async (s) => {
    const heard = await watcher(s);
    const will = { topic: s.topic("will"), payload: "passing", qos: 1 };
    await (await s.client({ will })).stop();
    await heard.receive(s.topic("will"), "passing", { qos: 1 });
    const later = await s.client();
    await later.subscribe(s.topic("will"), 1);
    await nothingCameBefore(s, later);
  }),

  when("3.1.2-17", "a will with retain is retained", async (s) => {
    const heard = await watcher(s);
    const will = { topic: s.topic("will"), payload: "stays", qos: 1, retain: true };
    await (await s.client({ will })).stop();
    await heard.receive(s.topic("will"), "stays", { qos: 1 });
    const later = await s.client();
    await later.subscribe(s.topic("will"), 1);
    await later.receive(s.topic("will"), "stays", { qos: 1, retain: true });
  }),

  when("3.14.4-3", "DISCONNECT discards the will", async (s) => {
    const heard = await watcher(s);
    await (await s.client({ will: { topic: s.topic("will"), payload: "discarded" } })).disconnect();
    await nothingCameBefore(s, heard);
  }),
  when(
    "3.14.4-3",
    "DISCONNECT discards the will, also in one segment with earlier packets",
    async (s) => {
      const heard = await watcher(s);
      const client = await s.client({ will: { topic: s.topic("will"), payload: "discarded" } });
      client.send(packet(0xc0), DISCONNECT);
      client.stream.end();
      await client.expectPackets(packet(0xd0));
      await client.expectEnd();
      await nothingCameBefore(s, heard);
    },
  ),
];
