import { generate } from "mqtt-packet";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FaultyBroker, type FaultyConnection, publishPacket } from "../../support/faulty-broker";
import { MqttDevice, type Order, type Setup } from "../../support/mqtt-device";
import { until } from "../../support/until";

let broker: FaultyBroker;
let device: MqttDevice;
let connection: FaultyConnection;

beforeEach(async () => {
  broker = await FaultyBroker.start();
});

afterEach(async () => {
  await device.stop();
  await broker.stop();
  expect(device.panics).toEqual([]);
});

/** Connects a device that is subscribed to `t/#` at QoS 2. */
async function start(setup: Partial<Setup> = {}, order: Order = {}): Promise<void> {
  device = await MqttDevice.start(
    { port: broker.port, ...setup },
    { subscribe: [{ filter: "t/#", qos: 2 }], ...order },
  );
  await device.logs("granted t/# 2");
  connection = await broker.client();
}

describe("a burst", () => {
  for (const count of [50, 100, 1000])
    it(`of ${count} messages at once loses none`, async () => {
      await start({ quiet: true });
      const packets = Array.from({ length: count }, (_, i) =>
        generate(publishPacket("t/burst", `message ${i}`)),
      );
      connection.raw(Buffer.concat(packets));
      connection.publish("t/burst", "count");
      await device.logs(/^received/);
      expect(device.lines).toContain(`received ${count + 1}`);
    });

  it("at QoS 1 is acknowledged in order, once each", async () => {
    await start({ quiet: true });
    const ids = Array.from({ length: 200 }, (_, i) => i + 1);
    for (const messageId of ids) connection.publish("t/1", "x", { qos: 1, messageId });
    await broker.receives("puback", 200);
    expect(broker.of("puback").map(({ messageId }) => messageId)).toEqual(ids);
  });
});

describe("handlers", () => {
  it("that throw harm nothing behind them", async () => {
    await start();
    for (const text of ["throw", "a", "throw", "b"]) connection.publish("t/x", text);
    await device.logs("got t/x b");
    expect(device.lines.filter((line) => line.startsWith("got"))).toEqual([
      "got t/x throw",
      "got t/x a",
      "got t/x throw",
      "got t/x b",
    ]);
    expect(device.count(/^log handler of t\/#: thrown/)).toBe(2);
    expect(broker.connections).toHaveLength(1);
  });

  it("that are slow delay the messages behind them, and lose none", async () => {
    await start();
    connection.publish("t/x", "slow");
    for (let i = 0; i < 20; i++) connection.publish("t/x", `behind ${i}`);
    await device.logs("got t/x behind 19");
    const order = device.lines.filter((line) => /^(got|slow)/.test(line));
    expect(order.slice(0, 3)).toEqual(["got t/x slow", "slow handler ended", "got t/x behind 0"]);
    expect(order).toHaveLength(22);
  });

  it("that never end don't stop the keep-alive", async () => {
    await start({ keepAliveS: 1 });
    connection.publish("t/x", "hang");
    await device.logs("got t/x hang");
    await broker.receives("pingreq", 3);
    expect(broker.connections).toHaveLength(1);
  });

  it("are not run for a filter that does not cover the topic", async () => {
    await start(
      {},
      {
        subscribe: [
          { filter: "t/+/x", qos: 2 },
          { filter: "t/#", qos: 2 },
        ],
      },
    );
    connection.publish("t/a/x", "both");
    connection.publish("tx", "none");
    connection.publish("t", "parent level");
    await device.logs("got t parent level");
    expect(device.lines.filter((line) => line.startsWith("got"))).toEqual([
      "got t/a/x both",
      "got t/a/x both",
      "got t parent level",
    ]);
  });
});

describe("TCP segments", () => {
  it("of one byte are put together", async () => {
    await start();
    connection.segmentBytes = 1;
    for (let i = 0; i < 20; i++)
      connection.publish("t/split", `message ${i}`, { qos: 1, messageId: i + 1 });
    await device.logs("got t/split message 19");
    expect(device.count(/^got t\/split message/)).toBe(20);
  });

  it("that hold one packet and a half are taken apart", async () => {
    await start();
    const packets = Array.from({ length: 20 }, (_, i) =>
      generate(publishPacket("t/cut", `message ${i}`)),
    );
    connection.segmentBytes = 27;
    connection.raw(Buffer.concat(packets));
    await device.logs("got t/cut message 19");
    expect(device.lines.filter((line) => line.startsWith("got"))).toEqual(
      packets.map((_, i) => `got t/cut message ${i}`),
    );
  });
});

describe("a packet over the limit", () => {
  it("costs its handler and not the connection, and is acknowledged", async () => {
    await start({ maxPacketBytes: 1024 });
    const large = generate(publishPacket("t/large", "x".repeat(30_000), { qos: 1, messageId: 7 }));
    connection.raw(large);
    connection.publish("t/small", "after it");
    await device.logs("got t/small after it");
    await broker.receives("puback");
    expect(device.count(/^log oversized message/)).toBe(1);
    expect(device.count(/^got t\/large/)).toBe(0);
    expect(broker.connections).toHaveLength(1);
  });

  it("of 8 KB is no trouble under a higher limit, either way", async () => {
    await start(
      { maxPacketBytes: 9000 },
      {
        publish: { topic: "up", count: 1, qos: 1, size: 8192 },
        subscribe: [{ filter: "t/#", qos: 2 }],
      },
    );
    connection.publish("t/8", "x".repeat(8192));
    await device.logs("got t/8 8192 bytes");
    await device.logs("published 1");
    expect(broker.of("publish")[0]?.payload).toHaveLength(8192);
  });
});

describe("nonsense", () => {
  const cases: Record<string, Buffer> = {
    "a reserved type": Buffer.from([0xf0, 0]),
    "a packet that only clients send": Buffer.from([0xc0, 0]),
    "QoS 3": Buffer.from([0x36, 5, 0, 1, 97, 0, 1]),
    "a length of five bytes": Buffer.from([0x30, 255, 255, 255, 255, 1]),
    "flags where none belong": Buffer.from([0x41, 2, 0, 1]),
    "a packet id of zero": Buffer.from([0x40, 2, 0, 0]),
    "a topic beyond the packet": Buffer.from([0x30, 3, 0, 9, 97]),
    "a topic with a wildcard": Buffer.from([0x30, 5, 0, 3, 116, 47, 35]),
    "a topic that is not UTF-8": Buffer.from([0x30, 6, 0, 4, 116, 47, 0xc0, 0x80]),
    "a topic with a NUL": Buffer.from([0x30, 5, 0, 3, 116, 47, 0]),
    "a second CONNACK": Buffer.from([0x20, 2, 0, 0]),
    "the garbage of another protocol": Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
  };
  for (const [what, bytes] of Object.entries(cases))
    it(`like ${what} ends the connection with a reason, and the next one works`, async () => {
      await start();
      connection.raw(bytes);
      await device.logs(/^lost (malformed packet: |unexpected packet)/);
      await until("the old connection is closed", () => connection.closed);
      await device.logs("connected false 1");
      (await broker.client()).publish("t/x", "well again");
      await device.logs("got t/x well again");
    });
});

describe("a half-open connection", () => {
  for (const keepAliveS of [1, 2])
    // How soon is a matter of the clock: see keep-alive in test/mqtt/timing.test.ts.
    it(`is noticed with a keep-alive of ${keepAliveS} s`, async () => {
      await start({ keepAliveS });
      await broker.receives("pingreq", 2);
      connection.frozen = true;
      await device.logs("lost no answer");
      await device.logs("connected false 1");
    });
});
