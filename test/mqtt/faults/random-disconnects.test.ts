import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ExactSession } from "../../support/exact-session";
import { FaultyBroker } from "../../support/faulty-broker";
import { MqttDevice } from "../../support/mqtt-device";
import { seededRandom } from "../../support/random";
import { until } from "../../support/until";

/** Messages of each of the four kinds: QoS 1 and 2, from the device and to it. */
const COUNT = 500;
const CUTS = 40;

describe("a long random sequence of disconnects", () => {
  let broker: FaultyBroker;
  let device: MqttDevice;

  beforeEach(async () => {
    broker = await FaultyBroker.start();
  });

  afterEach(async () => {
    await device.stop();
    await broker.stop();
    expect(device.panics).toEqual([]);
  });

  for (const seed of [1, 2])
    it(`loses nothing, doubles nothing at QoS 2, and keeps the order (seed ${seed})`, async () => {
      const random = seededRandom(seed);
      const session = new ExactSession(broker);
      device = await MqttDevice.start(
        { port: broker.port, cleanSession: false, stableMs: 0, ackTimeoutMs: 100_000 },
        {
          subscribe: [
            { filter: "down/one", qos: 1 },
            { filter: "down/two", qos: 2 },
          ],
        },
      );
      await device.logs("granted down/two 2");
      const connection = await broker.client();
      for (const [topic, qos] of [
        ["one", 1],
        ["two", 2],
      ] as const)
        connection.publish(
          "do",
          JSON.stringify({ publish: { topic, count: COUNT, qos, fibers: 1 } }),
        );
      for (let i = 0; i < COUNT; i++) {
        session.send("down/one", `${i}`, 1);
        session.send("down/two", `${i}`, 2);
      }

      for (let cut = 1; cut <= CUTS; cut++) {
        // Anywhere in the traffic, the hand-shake of the reconnection included.
        const packets = broker.received.length + Math.floor(random() * 60);
        await until("some more traffic", () => broker.received.length >= packets);
        const current = broker.connections.at(-1);
        if (random() < 0.5) current?.reset();
        else current?.end();
        await until("the device comes back", () => broker.connections.at(-1) !== current);
      }
      await device.logs(`published ${COUNT}`, 2);
      await until("the rest arrives", () => session.idle);

      const numbers = Array.from({ length: COUNT }, (_, i) => `${i}`);
      const got = (topic: string) =>
        device.lines
          .filter((line) => line.startsWith(`got ${topic} `))
          .map((line) => line.split(" ")[2]);
      // At least once, and for the first time in order.
      expect([...new Set(session.payloads("one"))]).toEqual(numbers);
      expect([...new Set(got("down/one"))]).toEqual(numbers);
      // Exactly once, in order.
      expect(session.payloads("two")).toEqual(numbers);
      expect(got("down/two")).toEqual(numbers);
      expect(device.count(/^not published/)).toBe(0);
    });
});
