/** Tests of section 3.3.1.3: retained messages. */
import { publish, suback, subscribe } from "../../support/mqtt-bytes";
import { type Case, type Scene, when } from "../scene";

async function retain(s: Scene, topic: string, payload: string, qos = 1): Promise<void> {
  const publisher = await s.client();
  await publisher.publish(topic, payload, { qos, retain: true });
  // At QoS 0, only the answer to a later PINGREQ shows that the broker has received the message.
  await publisher.ping();
}

/** Checks that the first message to a new subscriber at QoS 0 is not a retained message. */
async function holdsNone(s: Scene, topic: string): Promise<void> {
  const later = await s.client();
  await later.subscribe(topic, 0);
  await (await s.client()).publish(topic, "nothing before");
  await later.receive(topic, "nothing before");
}

export const RETAINED: Case[] = [
  when("3.3.1-5", "a retained message is kept with its QoS", async (s) => {
    for (const qos of [0, 1, 2]) {
      await retain(s, s.topic(`${qos}`), "kept", qos);
      const later = await s.client();
      await later.subscribe(s.topic(`${qos}`), 2);
      await later.receive(s.topic(`${qos}`), "kept", { qos, retain: true });
    }
  }),
  when("3.3.1-5", "a newer retained message replaces an older one", async (s) => {
    await retain(s, s.topic("a"), "older", 2);
    await retain(s, s.topic("a"), "newer", 1);
    const later = await s.client();
    await later.subscribe(s.topic("a"), 2);
    await later.receive(s.topic("a"), "newer", { qos: 1, retain: true });
    await later.ping();
  }),

  when(
    "3.3.1-6",
    "a new subscription gets the retained message of each matching topic",
    async (s) => {
      for (const name of ["a", "b", "b/c", "d"]) await retain(s, s.topic(name), name);
      const later = await s.client();
      later.send(subscribe(1, [s.topic("+"), 0], [s.topic("b/#"), 0]));
      await later.expectAnswer(suback(1, 0, 0));
      const got = (name: string): [string, string, { retain: true }] => [
        s.topic(name),
        name,
        { retain: true },
      ];
      // Topic `b` matches both filters, so its message arrives twice.
      await later.receiveAll(got("a"), got("b"), got("d"), got("b"), got("b/c"));
      await later.ping();
    },
  ),

  when("3.3.1-7", "a retained message at QoS 0 replaces one at QoS 1", async (s) => {
    await retain(s, s.topic("a"), "older", 1);
    await retain(s, s.topic("a"), "newer", 0);
    const later = await s.client();
    await later.subscribe(s.topic("a"), 1);
    await later.receive(s.topic("a"), "newer", { retain: true });
    await later.ping();
  }),

  when("3.3.1-8", "a message sent because of a new subscription has RETAIN", async (s) => {
    await retain(s, s.topic("a"), "x");
    for (const filter of [s.topic("a"), s.topic("+"), s.topic("#")]) {
      const later = await s.client();
      await later.subscribe(filter, 1);
      await later.receive(s.topic("a"), "x", { qos: 1, retain: true });
    }
  }),

  when("3.3.1-9", "a message for an existing subscription arrives without RETAIN", async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe(s.topic("a"), 2);
    for (const qos of [0, 1, 2]) {
      await retain(s, s.topic("a"), "x", qos);
      await subscriber.receive(s.topic("a"), "x", { qos });
    }
  }),
  when("3.3.1-9", "a message queued for an offline client arrives without RETAIN", async (s) => {
    const id = s.clientId("a");
    const subscriber = await s.client({ id, clean: false });
    await subscriber.subscribe(s.topic("a"), 1);
    await subscriber.disconnect();
    await retain(s, s.topic("a"), "x");
    await (await s.client({ id, clean: false }, true)).receive(s.topic("a"), "x", { qos: 1 });
  }),

  when(
    "3.3.1-10",
    "an empty retained message is passed on, and clears the retained message",
    async (s) => {
      const subscriber = await s.client();
      await subscriber.subscribe(s.topic("a"), 1);
      await retain(s, s.topic("a"), "x");
      await subscriber.receive(s.topic("a"), "x", { qos: 1 });
      await retain(s, s.topic("a"), "");
      await subscriber.receive(s.topic("a"), "", { qos: 1 });
      await holdsNone(s, s.topic("a"));
    },
  ),

  when("3.3.1-11", "an empty retained message is not stored", async (s) => {
    for (const qos of [0, 1, 2]) {
      await retain(s, s.topic(`${qos}`), "", qos);
      await holdsNone(s, s.topic(`${qos}`));
    }
  }),

  when(
    "3.3.1-12",
    "a message without RETAIN is not stored, and replaces no retained message",
    async (s) => {
      const publisher = await s.client();
      await publisher.publish(s.topic("none"), "x", { qos: 1 });
      await holdsNone(s, s.topic("none"));
      await retain(s, s.topic("a"), "kept");
      await publisher.publish(s.topic("a"), "passing", { qos: 1 });
      await publisher.publish(s.topic("a"), "", { qos: 1 });
      const later = await s.client();
      await later.subscribe(s.topic("a"), 1);
      await later.receive(s.topic("a"), "kept", { qos: 1, retain: true });
    },
  ),
  when(
    "3.3.1-8",
    "a retained message right before a SUBSCRIBE, in one segment, arrives once",
    async (s) => {
      const subscriber = await s.client();
      subscriber.send(
        publish(s.topic("a"), "x", { retain: true }),
        subscribe(1, [s.topic("a"), 0]),
      );
      await subscriber.expectAnswer(suback(1, 0));
      await subscriber.receive(s.topic("a"), "x", { retain: true });
      await subscriber.ping();
    },
  ),
];
