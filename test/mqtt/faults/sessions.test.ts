import type { IPublishPacket } from "mqtt-packet";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FaultyBroker, type FaultyConnection } from "../../support/faulty-broker";
import { MqttDevice } from "../../support/mqtt-device";
import type { Order, OrderedClient, Setup } from "../../support/ordered-client";
import { until } from "../../support/until";
import { BOTH, IN_NODE, type Start } from "../../support/worlds";

let broker: FaultyBroker;
let client: OrderedClient;
let inWorld: Start;

beforeEach(async () => {
  inWorld = IN_NODE;
  broker = await FaultyBroker.start();
});

afterEach(async () => {
  await client.stop();
  await broker.stop();
  expect(client.panics).toEqual([]);
});

async function start(order: Order = {}, setup: Partial<Setup> = {}): Promise<void> {
  client = await inWorld({ port: broker.port, cleanSession: false, ...setup }, order);
}

/** Breaks the connection at the first packet of this type instead of answering it. */
function breakAtFirst(cmd: string): void {
  let broken = false;
  broker.behaviour = (packet, connection) => {
    if (broken || packet.cmd !== cmd) return false;
    broken = true;
    broker.sessionPresent = true;
    connection.reset();
    return true;
  };
}

async function order(text: Order): Promise<FaultyConnection> {
  const connection = await broker.client();
  connection.publish("do", JSON.stringify(text));
  return connection;
}

describe.each(BOTH)("publishing across a broken connection, %s", (_where, world) => {
  beforeEach(() => {
    inWorld = world;
  });

  it("at QoS 1 repeats the PUBLISH with its id and DUP", async () => {
    breakAtFirst("publish");
    await start({ publish: { topic: "t", count: 1, qos: 1 } });
    await client.logs("published 1");
    const [first, second] = broker.of("publish");
    expect([first?.dup, second?.dup]).toEqual([false, true]);
    expect(second?.messageId).toBe(first?.messageId);
    expect(broker.of("publish")).toHaveLength(2);
  });

  it("at QoS 2 before PUBREC repeats the PUBLISH", async () => {
    breakAtFirst("publish");
    await start({ publish: { topic: "t", count: 1, qos: 2 } });
    await client.logs("published 1");
    expect(broker.of("publish").map(({ dup }) => dup)).toEqual([false, true]);
  });

  it("at QoS 2 after PUBREC repeats only the PUBREL", async () => {
    breakAtFirst("pubrel");
    await start({ publish: { topic: "t", count: 1, qos: 2 } });
    await client.logs("published 1");
    expect(broker.of("publish")).toHaveLength(1);
    const ids = broker.of("pubrel").map(({ messageId }) => messageId);
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  it("sends what was in flight again in its order, before anything new", async () => {
    breakAtFirst("pingreq");
    const hold = broker.behaviour;
    broker.behaviour = (packet, connection) =>
      (packet.cmd === "publish" && broker.connections.length === 1) || hold(packet, connection);
    await start({ publish: { topic: "t", count: 10, qos: 1, fibers: 5 } }, { keepAliveS: 1 });
    await client.logs("published 10");
    const texts = broker.of("publish").map(({ payload }) => String(payload));
    expect(texts.slice(0, 10)).toEqual(["0", "1", "2", "3", "4", "0", "1", "2", "3", "4"]);
    expect([...texts.slice(10)].sort()).toEqual(["5", "6", "7", "8", "9"]);
  });

  it("at QoS 2 fails when the broker has lost the session in the middle of it", async () => {
    breakAtFirst("pubrel");
    const behaviour = broker.behaviour;
    broker.behaviour = (packet, connection) => {
      const broken = behaviour(packet, connection);
      broker.sessionPresent = false;
      return broken;
    };
    await start({ publish: { topic: "t", count: 1, qos: 2 } });
    await client.logs("not published 0: session lost");
  });
});

describe("a message that is not acknowledged", () => {
  it("fails after the time-out, and is not sent again", async () => {
    let withheld = true;
    broker.behaviour = (packet) => withheld && packet.cmd === "publish";
    await start({ publish: { topic: "t", count: 1, qos: 1 } }, { ackTimeoutMs: 300 });
    await client.logs("not published 0: time-out");
    withheld = false;
    broker.sessionPresent = true;
    (await broker.client()).reset();
    await client.logs("connected true 1");
    await order({ publish: { topic: "t", count: 1, first: 100, qos: 1 } });
    await client.logs("published 1", 2);
    expect(broker.of("publish").map(({ payload }) => String(payload))).toEqual(["0", "100"]);
  });

  it("at QoS 0 needs a connection", async () => {
    await broker.stopListening();
    await start({ publish: { topic: "t", count: 1, qos: 0 } });
    await client.logs("not published 0: not connected");
    await broker.listenAgain();
    await client.logs("connected false 0");
    expect(broker.of("publish")).toHaveLength(0);
  });
});

describe("acknowledgements", () => {
  it("out of order, doubled, and for ids that nobody has", async () => {
    const held: IPublishPacket[] = [];
    broker.behaviour = (packet, connection) => {
      if (packet.cmd !== "publish") return false;
      held.push(packet);
      if (held.length === 4)
        for (const { messageId = 0 } of held.reverse()) {
          connection.send({ cmd: "puback", messageId });
          connection.send({ cmd: "puback", messageId });
          connection.send({ cmd: "pubcomp", messageId });
          connection.send({ cmd: "suback", messageId, granted: [0] });
        }
      return true;
    };
    await start({ publish: { topic: "t", count: 4, qos: 1, fibers: 4 } });
    await client.logs("published 4");
    expect(broker.connections).toHaveLength(1);
  });

  it("of an unknown PUBREC or PUBREL are answered, so that the broker can finish", async () => {
    await start();
    await client.logs("connected false 0");
    const connection = await broker.client();
    connection.send({ cmd: "pubrec", messageId: 1234 });
    connection.send({ cmd: "pubrel", messageId: 4321 });
    await broker.receives("pubrel");
    await broker.receives("pubcomp");
    expect([broker.of("pubrel")[0]?.messageId, broker.of("pubcomp")[0]?.messageId]).toEqual([
      1234, 4321,
    ]);
  });

  it.each(BOTH)("make room for publishers that wait, %s", async (_where, world) => {
    inWorld = world;
    const held: IPublishPacket[] = [];
    broker.behaviour = (packet) => packet.cmd === "publish" && held.push(packet) > 0;
    await start({ publish: { topic: "t", count: 40, qos: 1, fibers: 40 } });
    await until("16 messages are in flight", () => held.length === 16);
    const connection = await broker.client();
    // No more than those until some are acknowledged.
    for (let done = 0; done < 40; done++) {
      await until("the next is there", () => held.length > done);
      expect(held.length - done).toBeLessThanOrEqual(16);
      connection.send({ cmd: "puback", messageId: held[done]?.messageId as number });
    }
    await client.logs("published 40");
  });
});

describe("a runtime whose send queue is full", () => {
  it("is waited for", async () => {
    const device = await MqttDevice.start({ port: broker.port });
    client = device;
    await client.logs("connected false 0");
    device.refuseWrites(5);
    await order({ publish: { topic: "t", count: 3, qos: 0 } });
    await client.logs("published 3");
    await broker.receives("publish", 3);
    expect(broker.of("publish").map(({ payload }) => String(payload))).toEqual(["0", "1", "2"]);
    expect(broker.connections).toHaveLength(1);
  });
});

describe("a message that comes twice", () => {
  it("at QoS 2 is delivered once, on one connection and across two", async () => {
    broker.sessionPresent = true;
    await start({ subscribe: [{ filter: "t", qos: 2 }] });
    await client.logs("granted t 2");
    let connection = await broker.client();
    broker.behaviour = (packet) => packet.cmd === "pubrec";
    connection.publish("t", "once", { qos: 2, messageId: 5 });
    connection.publish("t", "once", { qos: 2, messageId: 5, dup: true });
    await broker.receives("pubrec");
    connection.publish("t", "once", { qos: 2, messageId: 5, dup: true });
    await broker.receives("pubrec", 2);
    connection.reset();
    await client.logs("connected true 1");
    broker.behaviour = () => false;
    connection = await broker.client();
    connection.publish("t", "once", { qos: 2, messageId: 5, dup: true });
    await broker.receives("pubcomp");
    connection.publish("t", "another with that id", { qos: 2, messageId: 5 });
    await client.logs("got t another with that id");
    expect(client.count("got t once")).toBe(1);
  });

  it("at QoS 1 is delivered again when its acknowledgement was lost", async () => {
    broker.sessionPresent = true;
    await start({ subscribe: [{ filter: "t", qos: 1 }] });
    await client.logs("granted t 1");
    let connection = await broker.client();
    connection.publish("t", "at least once", { qos: 1, messageId: 5 });
    await broker.receives("puback");
    connection.reset();
    await client.logs("connected true 1");
    connection = await broker.client();
    connection.publish("t", "at least once", { qos: 1, messageId: 5, dup: true });
    await broker.receives("puback", 2);
    expect(client.count("got t at least once")).toBe(2);
  });
});

describe.each(BOTH)("messages that come faster than they are handled, %s", (_where, world) => {
  beforeEach(() => {
    inWorld = world;
  });

  it("at QoS 1 cost the connection, and come again", async () => {
    await start(
      { subscribe: [{ filter: "t", qos: 1 }] },
      { maxPacketBytes: 400, inboxBytes: 400, stableMs: 0 },
    );
    await client.logs("granted t 1");
    // Like any broker: what is not acknowledged is sent again on the next connection.
    const unacknowledged = new Map(Array.from({ length: 60 }, (_, i) => [i + 1, `${i}`]));
    const sendAll = (connection: FaultyConnection, dup: boolean) => {
      for (const [messageId, text] of unacknowledged)
        connection.publish("t", text, { qos: 1, messageId, dup });
    };
    broker.sessionPresent = true;
    broker.behaviour = (packet, connection) => {
      if (packet.cmd === "puback") unacknowledged.delete(packet.messageId as number);
      if (packet.cmd !== "connect") return false;
      connection.accept();
      sendAll(connection, true);
      return true;
    };
    const connection = await broker.client();
    connection.publish("t", "slow");
    sendAll(connection, false);
    await client.logs("lost inbox full");
    await until("all are acknowledged", () => unacknowledged.size === 0);
    const seen = client.lines.filter((line) => /^got t \d/.test(line));
    const first = [...new Set(seen)];
    expect(first).toEqual(Array.from({ length: 60 }, (_, i) => `got t ${i}`));
  });

  it("at QoS 0 are lost, and nothing else is", async () => {
    await start({ subscribe: [{ filter: "t", qos: 0 }] }, { maxPacketBytes: 400, inboxBytes: 400 });
    await client.logs("granted t 0");
    const connection = await broker.client();
    connection.publish("t", "slow");
    for (let i = 0; i < 200; i++) connection.publish("t", `${i}`);
    await client.logs("slow handler ended");
    connection.publish("t", "after");
    await client.logs("got t after");
    expect(client.count(/^got t \d/)).toBeGreaterThan(20);
    expect(broker.connections).toHaveLength(1);
  });
});

describe("subscriptions", () => {
  it("are made again when the broker has lost the session, and only then", async () => {
    await start({
      subscribe: [
        { filter: "a/+", qos: 2 },
        { filter: "b", qos: 1 },
      ],
    });
    await client.logs("granted b 1");
    const filters = () =>
      broker.of("subscribe").map(({ subscriptions }) => subscriptions[0]?.topic);
    expect(filters()).toEqual(["do", "a/+", "b"]);
    broker.sessionPresent = true;
    (await broker.client()).reset();
    await client.logs("connected true 1");
    (await broker.client()).publish("a/x", "kept", { qos: 0 });
    await client.logs("got a/x kept");
    expect(filters()).toHaveLength(3);
    broker.sessionPresent = false;
    (await broker.client()).reset();
    await client.logs("granted b 1", 2);
    expect(filters()).toEqual(["do", "a/+", "b", "do", "a/+", "b"]);
  });

  it("return the granted QoS, and say when they are refused", async () => {
    broker.behaviour = (packet, connection) => {
      if (packet.cmd !== "subscribe") return false;
      const [asked] = packet.subscriptions;
      const granted = asked?.topic === "secret" ? 0x80 : 0;
      connection.send({ cmd: "suback", messageId: packet.messageId as number, granted: [granted] });
      return true;
    };
    await start({ subscribe: [{ filter: "secret", qos: 1 }] });
    await client.logs("granted secret 128");
    await order({
      subscribe: [
        { filter: "secret", qos: 1 },
        { filter: "low", qos: 2 },
      ],
    });
    await client.logs("not subscribed secret: refused");
    await client.logs("subscribed low 0");
  });

  it("end at UNSUBACK", async () => {
    await start({ subscribe: [{ filter: "t", qos: 0 }] });
    await client.logs("granted t 0");
    const connection = await order({ unsubscribe: "t" });
    await client.logs("unsubscribed t");
    connection.publish("t", "late");
    connection.publish("do", JSON.stringify({ stop: true }));
    await client.logs("stopped");
    expect(client.count("got t late")).toBe(0);
    expect(broker.of("unsubscribe")[0]?.unsubscriptions).toEqual(["t"]);
  });

  it("that are not answered fail after the time-out", async () => {
    broker.behaviour = (packet) =>
      packet.cmd === "subscribe" && packet.subscriptions[0]?.topic === "mute";
    await start({}, { ackTimeoutMs: 300 });
    await client.logs("granted do 0");
    await order({
      subscribe: [
        { filter: "mute", qos: 1 },
        { filter: "not+valid", qos: 0 },
      ],
    });
    await client.logs("not subscribed mute: time-out");
    await client.logs("not subscribed not+valid: invalid filter");
  });
});
