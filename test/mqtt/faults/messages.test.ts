import { generate } from "mqtt-packet";
import { beforeEach, describe, expect, it } from "vitest";
import { type FaultyConnection, publishPacket } from "../../support/faulty-broker";
import { broker, client, runIn, startClient, useFaultyBroker } from "../../support/faulty-world";
import type { Order, Setup } from "../../support/ordered-client";
import { until } from "../../support/until";
import { BOTH, IN_NODE } from "../../support/worlds";

let connection: FaultyConnection;
useFaultyBroker();

/** Connects a device that is subscribed to `t/#` at QoS 2. */
async function start(setup: Partial<Setup> = {}, order: Order = {}): Promise<void> {
  await startClient(setup, { subscribe: [{ filter: "t/#", qos: 2 }], ...order });
  await client.untilLogged("granted t/# 2");
  connection = await broker.untilConnected();
}

describe.each(BOTH)("a burst, %s", (_where, world) => {
  beforeEach(() => {
    runIn(world);
  });

  for (const count of [50, 100, 1000])
    it(`of ${count} messages at once loses none`, async () => {
      await start({ quiet: true });
      const packets = Array.from({ length: count }, (_, i) =>
        generate(publishPacket("t/burst", `message ${i}`)),
      );
      connection.raw(Buffer.concat(packets));
      connection.publish("t/burst", "count");
      await client.untilLogged(/^received/);
      expect(client.lines).toContain(`received ${count + 1}`);
    });

  it("at QoS 1 is acknowledged in order, once each", async () => {
    await start({ quiet: true });
    const ids = Array.from({ length: 200 }, (_, i) => i + 1);
    for (const messageId of ids) connection.publish("t/1", "x", { qos: 1, messageId });
    await broker.untilReceived("puback", 200);
    expect(broker.of("puback").map(({ messageId }) => messageId)).toEqual(ids);
  });
});

describe.each(BOTH)("handlers, %s", (_where, world) => {
  beforeEach(() => {
    runIn(world);
  });

  it("that throw do not affect later messages", async () => {
    await start();
    for (const text of ["throw", "a", "throw", "b"]) connection.publish("t/x", text);
    await client.untilLogged("got t/x b");
    expect(client.lines.filter((line) => line.startsWith("got"))).toEqual([
      "got t/x throw",
      "got t/x a",
      "got t/x throw",
      "got t/x b",
    ]);
    expect(client.count(/^log handler of t\/#: thrown/)).toBe(2);
    expect(broker.connections).toHaveLength(1);
  });

  it("that are slow delay later messages, and lose none", async () => {
    await start();
    connection.publish("t/x", "slow");
    for (let i = 0; i < 20; i++) connection.publish("t/x", `behind ${i}`);
    await client.untilLogged("got t/x behind 19");
    const order = client.lines.filter((line) => /^(got|slow)/.test(line));
    expect(order.slice(0, 3)).toEqual(["got t/x slow", "slow handler ended", "got t/x behind 0"]);
    expect(order).toHaveLength(22);
  });

  it("that never end don't stop the keep-alive", async () => {
    await start({ keepAliveS: 1 });
    connection.publish("t/x", "hang");
    await client.untilLogged("got t/x hang");
    await broker.untilReceived("pingreq", 3);
    expect(broker.connections).toHaveLength(1);
  });

  it("are not called for a filter that does not cover the topic", async () => {
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
    await client.untilLogged("got t parent level");
    expect(client.lines.filter((line) => line.startsWith("got"))).toEqual([
      "got t/a/x both",
      "got t/a/x both",
      "got t parent level",
    ]);
  });
});

describe.each(BOTH)("TCP segments, %s", (_where, world) => {
  beforeEach(() => {
    runIn(world);
  });

  it("of one byte are put together", async () => {
    await start();
    connection.segmentBytes = 1;
    for (let i = 0; i < 20; i++)
      connection.publish("t/split", `message ${i}`, { qos: 1, messageId: i + 1 });
    await client.untilLogged("got t/split message 19");
    expect(client.count(/^got t\/split message/)).toBe(20);
  });

  it("that hold one packet and a half are split", async () => {
    await start();
    const packets = Array.from({ length: 20 }, (_, i) =>
      generate(publishPacket("t/cut", `message ${i}`)),
    );
    connection.segmentBytes = 27;
    connection.raw(Buffer.concat(packets));
    await client.untilLogged("got t/cut message 19");
    expect(client.lines.filter((line) => line.startsWith("got"))).toEqual(
      packets.map((_, i) => `got t/cut message ${i}`),
    );
  });
});

describe.each(BOTH)("a packet over the limit, %s", (_where, world) => {
  beforeEach(() => {
    runIn(world);
  });

  it("is acknowledged without its handler, and the connection stays", async () => {
    await start({ maxPacketBytes: 1024 });
    const large = generate(publishPacket("t/large", "x".repeat(30_000), { qos: 1, messageId: 7 }));
    connection.raw(large);
    connection.publish("t/small", "after it");
    await client.untilLogged("got t/small after it");
    await broker.untilReceived("puback");
    expect(client.count(/^log oversized message/)).toBe(1);
    expect(client.count(/^got t\/large/)).toBe(0);
    expect(broker.connections).toHaveLength(1);
  });

  it("of 8 KB is accepted with a higher limit, in both directions", async () => {
    await start(
      { maxPacketBytes: 9000 },
      {
        publish: { topic: "up", count: 1, qos: 1, size: 8192 },
        subscribe: [{ filter: "t/#", qos: 2 }],
      },
    );
    connection.publish("t/8", "x".repeat(8192));
    await client.untilLogged("got t/8 8192 bytes");
    await client.untilLogged("published 1");
    expect(broker.of("publish")[0]?.payload).toHaveLength(8192);
  });
});

describe.each(BOTH)("nonsense, %s", (_where, world) => {
  beforeEach(() => {
    runIn(world);
  });

  /**
   * Malformed packets that are tested in both environments, because each environment has its own
   * UTF-8 decoder.
   */
  const texts: Record<string, Buffer> = {
    "a topic that is not UTF-8": Buffer.from([0x30, 6, 0, 4, 116, 47, 0xc0, 0x80]),
    "a topic with a NUL": Buffer.from([0x30, 5, 0, 3, 116, 47, 0]),
  };
  const packets: Record<string, Buffer> = {
    "a reserved type": Buffer.from([0xf0, 0]),
    "a packet that only clients send": Buffer.from([0xc0, 0]),
    "QoS 3": Buffer.from([0x36, 5, 0, 1, 97, 0, 1]),
    "a length of five bytes": Buffer.from([0x30, 255, 255, 255, 255, 1]),
    "flags where none belong": Buffer.from([0x41, 2, 0, 1]),
    "a packet id of zero": Buffer.from([0x40, 2, 0, 0]),
    "a topic beyond the packet": Buffer.from([0x30, 3, 0, 9, 97]),
    "a topic with a wildcard": Buffer.from([0x30, 5, 0, 3, 116, 47, 35]),
    "a second CONNACK": Buffer.from([0x20, 2, 0, 0]),
    "the garbage of another protocol": Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
  };
  const cases = world === IN_NODE ? { ...texts, ...packets } : texts;
  for (const [what, bytes] of Object.entries(cases))
    it(`like ${what} ends the connection with a reason, and the next one works`, async () => {
      await start();
      connection.raw(bytes);
      await client.untilLogged(/^lost (malformed packet: |unexpected packet)/);
      await until("the old connection is closed", () => connection.closed);
      await client.untilLogged("connected false 1");
      (await broker.untilConnected()).publish("t/x", "well again");
      await client.untilLogged("got t/x well again");
    });
});

describe.each(BOTH)("a half-open connection, %s", (_where, world) => {
  beforeEach(() => {
    runIn(world);
  });

  // This test only checks that the client notices the silence. How soon it does is tested with a
  // simulated clock, in test/mqtt/timing.test.ts.
  it("is noticed with a keep-alive of 1 s", async () => {
    await start({ keepAliveS: 1 });
    await broker.untilReceived("pingreq", 2);
    connection.frozen = true;
    await client.untilLogged("lost no answer");
    await client.untilLogged("connected false 1");
  });
});
