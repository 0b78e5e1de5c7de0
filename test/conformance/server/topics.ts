/** Tests of section 4.7: topic names and topic filters. */
import { connect, PINGREQ, publish, subscribe } from "../../support/mqtt-bytes";
import { described, Unexpected } from "../../support/wire";
import { type Case, type Scene, when } from "../scene";

/** Checks that the broker refuses an invalid filter, in SUBACK or by closing the connection. */
async function expectRefusal(s: Scene, filter: string): Promise<void> {
  const client = await s.client();
  client.send(subscribe(1, [filter, 0]));
  const found = await client.next();
  if (found && (found[0] !== 0x90 || found[4] !== 0x80))
    throw new Unexpected(`expected 80 or the end for ${filter}, got ${described(found)}`);
}

/**
 * Checks that a filter matches exactly the topics `yes`. The filter and all topics are below the
 * scene's own topic.
 */
function match(statement: string, filter: string, yes: string[], no: string[]): Case {
  const sees = `${filter} matches ${yes.join(", ")}${no.length ? `, not ${no.join(", ")}` : ""}`;
  return when(statement, sees, async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe(s.topic(filter), 1);
    const publisher = await s.client();
    for (const topic of [...no, ...yes]) await publisher.publish(s.topic(topic), "x", { qos: 1 });
    for (const topic of yes) await subscriber.receive(s.topic(topic), "x", { qos: 1 });
    await subscriber.ping();
  });
}

export const TOPICS: Case[] = [
  when("4.7.1-1", "a will topic with a wildcard is never published", async (s) => {
    // The will topic is part of CONNECT, so the broker may refuse the topic by refusing CONNECT.
    const watcher = await s.client();
    await watcher.subscribe(s.topic("#"), 1);
    for (const topic of [s.topic("+"), s.topic("#"), s.topic("a/+/b")]) {
      const client = s.open();
      client.send(connect({ id: s.clientId("w"), will: { topic, payload: "wild" } }));
      const answer = await client.next();
      if (answer) await client.stop();
    }
    await s.client({ id: s.clientId("w") });
    await (await s.client()).publish(s.topic("a"), "tame", { qos: 1 });
    await watcher.receive(s.topic("a"), "tame", { qos: 1 });
  }),
  when("4.7.1-1", "a topic with a wildcard ends the connection of its publisher", async (s) => {
    for (const topic of [s.topic("+"), s.topic("a/#"), s.topic("b+c")]) {
      const client = await s.client();
      client.send(publish(topic, "x", { qos: 1 }));
      await client.expectCutOff();
    }
  }),

  when("4.7.1-2", "# that is not the whole last level is refused", async (s) => {
    for (const filter of ["a#", "a/#/b", "#/", "##", "a/#b", "#a"]) await expectRefusal(s, filter);
  }),
  match("4.7.1-2", "a/#", ["a", "a/", "a/b", "a/b/c"], ["A", "ab", "b/a"]),
  when("4.7.1-3", "+ that is not a whole level is refused", async (s) => {
    for (const filter of ["a+", "+a", "a/+b/c", "++", "a/b+", "+#"]) await expectRefusal(s, filter);
  }),
  match("4.7.1-3", "+/x", ["a/x", "/x"], ["x", "a/b/x", "a/x/b", "a/X"]),
  match("4.7.1-3", "a/+/b/+", ["a//b/", "a/1/b/2"], ["a/b", "a/1/b", "a/1/b/2/3"]),

  when("4.7.2-1", "# and + at the start match no topic that begins with $", async (s) => {
    const subscriber = await s.client();
    await subscriber.subscribe("#", 0);
    await subscriber.subscribe(`+/${s.topic("a")}`, 0);
    for (const topic of [`$other/${s.topic("a")}`, "$"]) {
      const publisher = await s.client();
      publisher.send(publish(topic, "hidden"), PINGREQ);
      await publisher.next(); // not every broker lets clients publish to such topics
    }
    await (await s.client()).publish(`x/${s.topic("a")}`, "seen", { qos: 1 });
    // The messages of other tests arrive here as well.
    for (let found = await subscriber.next(); !found?.includes("seen");) {
      if (!found || found.includes("hidden"))
        throw new Unexpected(`expected no message on $ topics, got ${described(found)}`);
      found = await subscriber.next();
    }
  }),

  when("4.7.3-1", "an empty topic ends the connection, an empty filter is refused", async (s) => {
    for (const qos of [0, 1]) {
      const client = await s.client();
      client.send(publish("", "x", { qos }));
      await client.expectCutOff();
    }
    await expectRefusal(s, "");
    const client = s.open();
    client.send(connect({ id: s.clientId("a"), will: { topic: "", payload: "x" } }));
    await client.expectRefusal();
  }),
  when("4.7.3-2", "U+0000 in a topic or a filter ends the connection", async (s) => {
    for (const bytes of [publish("a\0b", "x", { qos: 1 }), subscribe(1, ["a/\0", 0])]) {
      const client = await s.client();
      client.send(bytes);
      await client.expectCutOff();
    }
  }),
  match("4.7.3-4", "a//b", ["a//b"], ["a/b", "a///b", "/a//b", "a//b/", "A//b"]),
  match("4.7.3-4", "\u00e9 x", ["\u00e9 x"], ["e\u0301 x", "\u00e9  x", " \u00e9 x", "\u00c9 x"]),
];
