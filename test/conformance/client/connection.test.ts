/** Tests how src/mqtt behaves on a connection. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { FaultyBroker, type FaultyConnection } from "../../support/faulty-broker";
import { MqttInNode } from "../../support/mqtt-in-node";
import type { Order, Setup } from "../../support/ordered-client";
import { until } from "../../support/until";

let broker: FaultyBroker;
let client: MqttInNode;

beforeEach(async () => {
  broker = await FaultyBroker.start();
});

afterEach(async () => {
  await client.stop();
  await broker.stop();
});

/** Connects a client that is subscribed to `t` at QoS 2. */
async function start(setup: Partial<Setup> = {}, order: Order = {}): Promise<FaultyConnection> {
  client = await MqttInNode.start(
    { port: broker.port, cleanSession: false, ...setup },
    { subscribe: [{ filter: "t", qos: 2 }], ...order },
  );
  await client.untilLogged("granted t 2");
  return broker.untilConnected();
}

const ids = (cmd: "puback" | "pubrec" | "pubrel") =>
  broker.of(cmd).map(({ messageId }) => messageId);

it("[MQTT-3.1.0-1] the first packet of each connection is CONNECT", async () => {
  const first: string[] = [];
  const seen = new Set<FaultyConnection>();
  broker.behaviour = (packet, connection) => {
    if (!seen.has(connection)) first.push(packet.cmd);
    seen.add(connection);
    return false;
  };
  (await start()).reset();
  await client.untilLogged(/^connected/, 2);
  expect(first).toEqual(["connect", "connect"]);
});

it("[MQTT-3.1.3-2] a client keeps its id and its CONNECT from connection to connection", async () => {
  (await start({ clientId: "night-1" })).reset();
  await client.untilLogged(/^connected/, 2);
  const [first, second] = broker.of("connect");
  expect(first?.clientId).toBe("night-1");
  expect(second).toEqual(first);
});

it("[MQTT-3.3.4-1, MQTT-4.5.0-2] each message is acknowledged by its QoS, also without a handler", async () => {
  const connection = await start();
  connection.publish("nobody", "x", { qos: 0 });
  connection.publish("nobody", "x", { qos: 1, messageId: 5 });
  connection.publish("nobody", "x", { qos: 2, messageId: 6 });
  connection.publish("t", "x", { qos: 1, messageId: 7 });
  connection.publish("t", "x", { qos: 2, messageId: 8 });
  await broker.untilReceived("pubcomp", 2);
  expect([ids("puback"), ids("pubrec")]).toEqual([
    [5, 7],
    [6, 8],
  ]);
});

it("[MQTT-4.3.2-2] after PUBACK the same id is a new message, with DUP or without", async () => {
  const connection = await start();
  for (const [i, dup] of [false, true, false].entries()) {
    connection.publish("t", `${i}`, { qos: 1, messageId: 9, dup });
    await broker.untilReceived("puback", i + 1);
  }
  for (const i of [0, 1, 2]) await client.untilLogged(`got t ${i}`);
});

it("[MQTT-4.6.0-2] PUBACKs are in the order of their messages", async () => {
  const connection = await start();
  for (const messageId of [5, 3, 9, 1, 7]) connection.publish("t", "x", { qos: 1, messageId });
  await broker.untilReceived("puback", 5);
  expect(ids("puback")).toEqual([5, 3, 9, 1, 7]);
});

it("[MQTT-4.6.0-3] PUBRECs are in the order of their messages", async () => {
  const connection = await start();
  for (const messageId of [5, 3, 9, 1, 7]) connection.publish("t", "x", { qos: 2, messageId });
  await broker.untilReceived("pubrec", 5);
  expect(ids("pubrec")).toEqual([5, 3, 9, 1, 7]);
});

it("[MQTT-4.6.0-4] PUBRELs are in the order of their PUBRECs", async () => {
  broker.behaviour = ({ cmd }) => cmd === "publish";
  const connection = await start({}, { publish: { topic: "up", count: 5, qos: 2, fibers: 5 } });
  await broker.untilReceived("publish", 5);
  const sent = broker.of("publish").map(({ messageId = 0 }) => messageId);
  for (const messageId of sent) connection.send({ cmd: "pubrec", messageId });
  await client.untilLogged("published 5");
  expect(ids("pubrel")).toEqual(sent);
});

it("[MQTT-3.14.4-1] the client closes the connection after DISCONNECT", async () => {
  broker.behaviour = ({ cmd }) => cmd === "disconnect";
  const connection = await start();
  connection.publish("do", JSON.stringify({ stop: true }));
  await until("the client has closed the connection", () => connection.closed);
  expect(broker.of("disconnect")).toHaveLength(1);
});
