/** Tests of sections 3.8 to 3.11: SUBSCRIBE and UNSUBSCRIBE. */
import {
  ack,
  hex,
  packet,
  PUBACK,
  publish,
  suback,
  subscribe,
  text,
  u16,
  UNSUBACK,
  unsubscribe,
} from "../../support/mqtt-bytes";
import { described, Unexpected } from "../../support/wire";
import { type Case, when } from "../scene";

/**
 * Checks that the broker ends the connection at each of these packets. Each packet is sent after a
 * CONNECT, on its own connection.
 */
function cutOff(statement: string, what: string, ...packets: Buffer[]): Case {
  return when(statement, `${what} ends the connection`, async (s) => {
    for (const bytes of packets) {
      const client = await s.client();
      client.send(bytes);
      await client.expectCutOff();
    }
  });
}

const NO_UTF8 = Uint8Array.of(0x61, 0xc3, 0x28);

export const SUBSCRIPTIONS: Case[] = [
  cutOff(
    "3.8.1-1",
    "SUBSCRIBE with other flags than 0010",
    ...[0x80, 0x81, 0x83, 0x8a].map((first) => packet(first, u16(1), text("a"), 0)),
  ),
  cutOff("3.8.3-1", "a filter in SUBSCRIBE that is no UTF-8", subscribe(1, [NO_UTF8, 0])),
  when("3.8.3-2", "filters with wildcards are supported", async (s) => {
    const client = await s.client();
    client.send(subscribe(1, [s.topic("+/b"), 0], [s.topic("c/#"), 0]));
    await client.expectPackets(suback(1, 0, 0));
    await client.publish(s.topic("a/b"), "+");
    await client.receive(s.topic("a/b"), "+");
    await client.publish(s.topic("c/d"), "#");
    await client.receive(s.topic("c/d"), "#");
  }),
  cutOff("3.8.3-3", "SUBSCRIBE without a filter", packet(0x82, u16(1))),
  cutOff(
    "3.8.3-3",
    "SUBSCRIBE whose last filter has no QoS",
    packet(0x82, u16(1), text("a")),
    packet(0x82, u16(1), text("a"), 0, text("b")),
  ),
  cutOff(
    "3.8.3-4",
    "SUBSCRIBE with QoS 3 or a reserved bit",
    ...[0x03, 0x04, 0x40, 0x80, 0x81].map((qos) => subscribe(1, ["a", qos])),
    subscribe(1, ["a", 0], ["b", 3]),
  ),

  ...["3.8.4-1", "3.8.4-2"].map((statement) =>
    when(statement, "SUBSCRIBE is answered by a SUBACK with its packet id", async (s) => {
      const client = await s.client();
      for (const id of [1, 0x1234, 0xffff]) {
        client.send(subscribe(id, [s.topic("a"), 1]));
        await client.expectPackets(suback(id, 1));
      }
    }),
  ),

  when(
    "3.8.4-3",
    "a second subscription to a filter replaces the first, including its QoS",
    async (s) => {
      const client = await s.client();
      for (const filter of [s.topic("a"), s.topic("+")])
        for (const qos of [2, 0, 1]) await client.subscribe(filter, qos);
      await client.unsubscribe(s.topic("+"));
      const publisher = await s.client();
      await publisher.publish(s.topic("a"), "x", { qos: 2 });
      await client.receive(s.topic("a"), "x", { qos: 1 });
      await client.unsubscribe(s.topic("a"));
      await publisher.publish(s.topic("a"), "no more", { qos: 2 });
      await client.ping();
    },
  ),
  when(
    "3.8.4-3",
    "a second subscription to a filter gets the retained messages again",
    async (s) => {
      await (await s.client()).publish(s.topic("a"), "x", { qos: 1, retain: true });
      const client = await s.client();
      for (let times = 0; times < 3; times++) {
        await client.subscribe(s.topic("+"), 1);
        await client.receive(s.topic("a"), "x", { qos: 1, retain: true });
      }
    },
  ),
  when(
    "3.8.4-3",
    "no message is lost or repeated while a filter is subscribed to again",
    async (s) => {
      const client = await s.client();
      await client.subscribe(s.topic("a"), 1);
      const publisher = await s.client();
      const ids = Array.from({ length: 40 }, (_, i) => i + 1);
      publisher.send(...ids.map((id) => publish(s.topic("a"), `${id}`, { qos: 1, id })));
      for (let times = 0; times < 10; times++)
        client.send(subscribe(100 + times, [s.topic("a"), 1]));
      for (let times = 0; times < 10; times++) await client.expectAnswer(suback(100 + times, 1));
      for (const id of ids) await client.receive(s.topic("a"), `${id}`, { qos: 1 });
      await publisher.expectPackets(...ids.map((id) => ack(PUBACK, id)));
      await client.ping();
    },
  ),

  when(
    "3.8.4-4",
    "several filters in one SUBSCRIBE are equivalent to several packets",
    async (s) => {
      await (await s.client()).publish(s.topic("r"), "retained", { qos: 1, retain: true });
      const client = await s.client();
      client.send(subscribe(1, [s.topic("a"), 0], [s.topic("r"), 1], [s.topic("a"), 2]));
      await client.expectAnswer(suback(1, 0, 1, 2));
      await client.receive(s.topic("r"), "retained", { qos: 1, retain: true });
      // The later subscription to the same filter has replaced the earlier one.
      await (await s.client()).publish(s.topic("a"), "x", { qos: 2 });
      await client.receive(s.topic("a"), "x", { qos: 2 });
      await client.ping();
    },
  ),

  when(
    "3.8.4-5",
    "SUBACK has a return code for each filter: its QoS, or 80 for a failure",
    async (s) => {
      const client = await s.client();
      const filters = [0, 1, 2, 0, 2].map((qos, i): [string, number] => [s.topic(`${i}`), qos]);
      client.send(subscribe(1, ...filters));
      const found = await client.next();
      const codes = [...(found?.subarray(4) ?? [])];
      if (
        codes.length !== 5 ||
        !codes.every((code, i) => code === 0x80 || code <= (filters[i]?.[1] ?? 0))
      )
        throw new Unexpected(`expected ${hex(suback(1, 0, 1, 2, 0, 2))}, got ${described(found)}`);
    },
  ),

  ...[
    ["a filter of the topic", "a"],
    ["a filter with +", "+"],
    ["a filter with #", "#"],
  ].map(([what = "", filter = ""]) =>
    when(
      "3.8.4-6",
      `a message comes at the lower of its QoS and the one granted, for ${what}`,
      async (s) => {
        const publisher = await s.client();
        for (const granted of [0, 1, 2]) {
          const client = await s.client();
          await client.subscribe(s.topic(filter), granted);
          for (const qos of [0, 1, 2]) {
            await publisher.publish(s.topic("a"), "x", { qos });
            await client.receive(s.topic("a"), "x", { qos: Math.min(qos, granted) });
          }
          await client.disconnect();
        }
      },
    ),
  ),
  when(
    "3.8.4-6",
    "a retained message arrives at the lower of its QoS and the granted one",
    async (s) => {
      const publisher = await s.client();
      for (const qos of [0, 1, 2]) {
        await publisher.publish(s.topic(`${qos}`), "x", { qos, retain: true });
        await publisher.ping();
        for (const granted of [0, 1, 2]) {
          const client = await s.client();
          await client.subscribe(s.topic(`${qos}`), granted);
          const at = Math.min(qos, granted);
          await client.receive(s.topic(`${qos}`), "x", { qos: at, retain: true });
        }
      }
    },
  ),

  when("3.9.3-1", "the return codes of SUBACK are in the order of the filters", async (s) => {
    const client = await s.client();
    client.send(
      subscribe(7, ...[2, 0, 1, 1, 0, 2].map((q, i): [string, number] => [s.topic(`${i}`), q])),
    );
    await client.expectPackets(suback(7, 2, 0, 1, 1, 0, 2));
  }),
  when("3.9.3-2", "SUBACK has no other return codes than 00, 01, 02 and 80", async (s) => {
    const client = await s.client();
    client.send(subscribe(1, [s.topic("a"), 2], ["$SYS/#", 1], ["a".repeat(200), 0]));
    const found = await client.next();
    if (
      found?.[0] !== 0x90 ||
      [...found.subarray(4)].some((code) => ![0, 1, 2, 0x80].includes(code))
    )
      throw new Unexpected(`expected a SUBACK, got ${described(found)}`);
  }),

  cutOff(
    "3.10.1-1",
    "UNSUBSCRIBE with other flags than 0010",
    ...[0xa0, 0xa1, 0xa3, 0xaa].map((first) => packet(first, u16(1), text("a"))),
  ),
  cutOff("3.10.3-1", "a filter in UNSUBSCRIBE that is no UTF-8", unsubscribe(1, NO_UTF8)),
  cutOff(
    "3.10.3-1",
    "UNSUBSCRIBE with bytes between or behind its filters",
    packet(0xa2, u16(1), text("a"), 0),
    packet(0xa2, u16(1), text("a"), [0, 9]),
  ),
  cutOff("3.10.3-2", "UNSUBSCRIBE without a filter", packet(0xa2, u16(1))),

  when("3.10.4-1", "UNSUBSCRIBE ends the subscription whose filter is identical", async (s) => {
    const client = await s.client();
    await client.subscribe(s.topic("+/b"), 0);
    for (const other of ["+/+", "a/b", "#", "+/B", "+/b/", "+/b/#"])
      await client.unsubscribe(s.topic(other));
    await client.publish(s.topic("a/b"), "still there");
    await client.receive(s.topic("a/b"), "still there");
    await client.unsubscribe(s.topic("+/b"));
    await client.publish(s.topic("a/b"), "ended");
    await client.ping();
  }),
  when("3.10.4-2", "after UNSUBACK no new message is added", async (s) => {
    const client = await s.client();
    await client.subscribe(s.topic("a"), 1);
    await client.subscribe(s.topic("b"), 1);
    const publisher = await s.client();
    await publisher.publish(s.topic("a"), "before", { qos: 1 });
    await client.receive(s.topic("a"), "before", { qos: 1 });
    await client.unsubscribe(s.topic("a"));
    await publisher.publish(s.topic("a"), "after", { qos: 1 });
    await publisher.publish(s.topic("b"), "other", { qos: 1 });
    await client.receive(s.topic("b"), "other", { qos: 1 });
  }),
  when(
    "3.10.4-3",
    "the handshake of a message in flight is completed after UNSUBSCRIBE",
    async (s) => {
      const id = s.clientId("a");
      const first = await s.client({ id, clean: false });
      await first.subscribe(s.topic("a"), 2);
      const publisher = await s.client();
      await publisher.publish(s.topic("a"), "one", { qos: 1 });
      await publisher.publish(s.topic("a"), "two", { qos: 2 });
      const one = await first.receiveWithoutAck(s.topic("a"), "one", { qos: 1 });
      const two = await first.receiveWithoutAck(s.topic("a"), "two", { qos: 2 });
      await first.unsubscribe(s.topic("a"));
      await first.stop();
      const again = await s.client({ id, clean: false }, true);
      await again.receiveWithoutAck(s.topic("a"), "one", { qos: 1, dup: true, id: one });
      await again.receiveWithoutAck(s.topic("a"), "two", { qos: 2, dup: true, id: two });
      again.send(ack(PUBACK, one));
      await again.completeQos2(two);
      await again.ping();
    },
  ),
  when("3.10.4-4", "UNSUBSCRIBE is answered by an UNSUBACK with its packet id", async (s) => {
    const client = await s.client();
    await client.subscribe(s.topic("a"), 0);
    for (const id of [1, 0x1234, 0xffff]) {
      client.send(unsubscribe(id, s.topic("a")));
      await client.expectPackets(ack(UNSUBACK, id));
    }
  }),
  when(
    "3.10.4-5",
    "UNSUBSCRIBE without a matching subscription gets an UNSUBACK, too",
    async (s) => {
      const client = await s.client();
      await client.unsubscribe(s.topic("never"));
      await client.ping();
    },
  ),
  when("3.10.4-6", "several filters in one UNSUBSCRIBE all end, with one UNSUBACK", async (s) => {
    const client = await s.client();
    for (const name of ["a", "b", "c"]) await client.subscribe(s.topic(name), 1);
    client.send(unsubscribe(9, s.topic("a"), s.topic("never"), s.topic("c")));
    await client.expectPackets(ack(UNSUBACK, 9));
    const publisher = await s.client();
    for (const name of ["a", "c", "b"]) await publisher.publish(s.topic(name), name, { qos: 1 });
    await client.receive(s.topic("b"), "b", { qos: 1 });
    await client.ping();
  }),
];
