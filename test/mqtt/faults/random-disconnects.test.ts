import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ExactSession } from "../../support/exact-session";
import { FaultyBroker, type FaultyConnection } from "../../support/faulty-broker";
import type { OrderedClient } from "../../support/ordered-client";
import { seededRandom } from "../../support/random";
import { until } from "../../support/until";
import { IN_MACHINE, IN_NODE } from "../../support/worlds";

/**
 * In each run, `count` messages of each of the four kinds are sent: at QoS 1 and 2, from the client
 * and to the client.
 */
const RUNS = [
  { where: "in Node", inWorld: IN_NODE, seed: 1, count: 500, cuts: 40 },
  { where: "in Node", inWorld: IN_NODE, seed: 2, count: 500, cuts: 40 },
  { where: "in the virtual machine", inWorld: IN_MACHINE, seed: 3, count: 200, cuts: 12 },
];

describe("a long random sequence of disconnects", () => {
  let broker: FaultyBroker;
  let client: OrderedClient;

  beforeEach(async () => {
    broker = await FaultyBroker.start();
  });

  afterEach(async () => {
    await client.stop();
    await broker.stop();
    expect(client.panics).toEqual([]);
  });

  for (const { where, inWorld, seed, count, cuts } of RUNS)
    it(`loses nothing, repeats nothing at QoS 2, and keeps the order ${where} (seed ${seed})`, async () => {
      const random = seededRandom(seed);
      const session = new ExactSession(broker);
      const broken = cutAtRandom(broker, cuts, random);
      client = await inWorld(
        { port: broker.port, cleanSession: false, stableMs: 0, ackTimeoutMs: 100_000 },
        {
          subscribe: [
            { filter: "down/one", qos: 1 },
            { filter: "down/two", qos: 2 },
          ],
        },
      );
      await client.untilLogged("granted down/two 2");
      const connection = await broker.untilConnected();
      for (const [topic, qos] of [
        ["one", 1],
        ["two", 2],
      ] as const)
        connection.publish("do", JSON.stringify({ publish: { topic, count, qos, fibers: 1 } }));
      for (let i = 0; i < count; i++) {
        session.send("down/one", `${i}`, 1);
        session.send("down/two", `${i}`, 2);
      }
      await client.untilLogged(`published ${count}`, 2);
      await until("the rest arrives", () => session.idle);
      expect(broken.size).toBe(cuts);

      const numbers = Array.from({ length: count }, (_, i) => `${i}`);
      // At QoS 1, each message arrives at least once. First arrivals are in order.
      expect([...new Set(session.payloads("one"))]).toEqual(numbers);
      expect([...new Set(client.got("down/one"))]).toEqual(numbers);
      // At QoS 2, each message arrives exactly once, in order.
      expect(session.payloads("two")).toEqual(numbers);
      expect(client.got("down/two")).toEqual(numbers);
      expect(client.count(/^not published/)).toBe(0);
    });
});

/**
 * Breaks connections anywhere in the traffic, including the handshake of a reconnect. The first
 * break comes after the client has published on both topics, because the order to publish is sent
 * at QoS 0 and could be lost.
 * @returns the broken connections
 */
function cutAtRandom(
  broker: FaultyBroker,
  cuts: number,
  random: () => number,
): Set<FaultyConnection> {
  const broken = new Set<FaultyConnection>();
  const topics = new Set<string>();
  const answer = broker.behaviour;
  const pause = () => Math.floor(random() * 60);
  let at = pause();
  broker.behaviour = (packet, connection) => {
    // The broker handles packets that arrived before the break, but its answer is lost.
    if (answer(packet, connection)) return true;
    if (packet.cmd === "publish") topics.add(packet.topic);
    if (topics.size < 2) return false;
    if (broken.has(connection)) return true;
    if (broken.size === cuts || broker.received.length < at) return false;
    at = broker.received.length + pause();
    broken.add(connection);
    if (random() < 0.5) connection.reset();
    else connection.end();
    return true;
  };
  return broken;
}
