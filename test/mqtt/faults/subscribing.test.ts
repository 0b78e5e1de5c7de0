import { beforeEach, describe, expect, it } from "vitest";
import { type FaultyConnection } from "../../support/faulty-broker";
import {
  broker,
  client,
  order,
  runIn,
  startSession,
  useFaultyBroker,
} from "../../support/faulty-world";
import { until } from "../../support/until";
import { BOTH } from "../../support/worlds";

useFaultyBroker();

describe("a message that is delivered twice", () => {
  it("at QoS 2 reaches the handler once, within a connection and across two", async () => {
    broker.sessionPresent = true;
    await startSession({ subscribe: [{ filter: "t", qos: 2 }] });
    await client.untilLogged("granted t 2");
    let connection = await broker.untilConnected();
    broker.behaviour = (packet) => packet.cmd === "pubrec";
    connection.publish("t", "once", { qos: 2, messageId: 5 });
    connection.publish("t", "once", { qos: 2, messageId: 5, dup: true });
    await broker.untilReceived("pubrec");
    connection.publish("t", "once", { qos: 2, messageId: 5, dup: true });
    await broker.untilReceived("pubrec", 2);
    connection.reset();
    await client.untilLogged("connected true 1");
    broker.behaviour = () => false;
    connection = await broker.untilConnected();
    connection.publish("t", "once", { qos: 2, messageId: 5, dup: true });
    await broker.untilReceived("pubcomp");
    connection.publish("t", "another with that id", { qos: 2, messageId: 5 });
    await client.untilLogged("got t another with that id");
    expect(client.count("got t once")).toBe(1);
  });

  it("at QoS 1 reaches the handler again if its PUBACK was lost", async () => {
    broker.sessionPresent = true;
    await startSession({ subscribe: [{ filter: "t", qos: 1 }] });
    await client.untilLogged("granted t 1");
    let connection = await broker.untilConnected();
    connection.publish("t", "at least once", { qos: 1, messageId: 5 });
    await broker.untilReceived("puback");
    connection.reset();
    await client.untilLogged("connected true 1");
    connection = await broker.untilConnected();
    connection.publish("t", "at least once", { qos: 1, messageId: 5, dup: true });
    await broker.untilReceived("puback", 2);
    expect(client.count("got t at least once")).toBe(2);
  });
});

describe.each(BOTH)(
  "messages that come faster than their handler takes them, %s",
  (_where, world) => {
    beforeEach(() => {
      runIn(world);
    });

    it("at QoS 1 end the connection, and the broker resends them", async () => {
      await startSession(
        { subscribe: [{ filter: "t", qos: 1 }] },
        { maxPacketBytes: 400, inboxBytes: 400, stableMs: 0 },
      );
      await client.untilLogged("granted t 1");
      // Like a real broker, resends unacknowledged messages on the next connection.
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
      const connection = await broker.untilConnected();
      connection.publish("t", "until lost");
      sendAll(connection, false);
      await client.untilLogged("lost inbox full");
      await until("all are acknowledged", () => unacknowledged.size === 0);
      const seen = client.lines.filter((line) => /^got t \d/.test(line));
      const first = [...new Set(seen)];
      expect(first).toEqual(Array.from({ length: 60 }, (_, i) => `got t ${i}`));
    });

    it("at QoS 0 are lost, and only they", async () => {
      await startSession(
        { subscribe: [{ filter: "t", qos: 0 }] },
        { maxPacketBytes: 400, inboxBytes: 400 },
      );
      await client.untilLogged("granted t 0");
      const connection = await broker.untilConnected();
      connection.publish("t", "slow");
      for (let i = 0; i < 200; i++) connection.publish("t", `${i}`);
      await client.untilLogged("slow handler ended");
      connection.publish("t", "after");
      await client.untilLogged("got t after");
      expect(client.count(/^got t \d/)).toBeGreaterThan(20);
      expect(broker.connections).toHaveLength(1);
    });
  },
);

describe("subscriptions", () => {
  it("are renewed only if the broker has lost the session", async () => {
    await startSession({
      subscribe: [
        { filter: "a/+", qos: 2 },
        { filter: "b", qos: 1 },
      ],
    });
    await client.untilLogged("granted b 1");
    const filters = () =>
      broker.of("subscribe").map(({ subscriptions }) => subscriptions[0]?.topic);
    expect(filters()).toEqual(["do", "a/+", "b"]);
    broker.sessionPresent = true;
    (await broker.untilConnected()).reset();
    await client.untilLogged("connected true 1");
    (await broker.untilConnected()).publish("a/x", "kept", { qos: 0 });
    await client.untilLogged("got a/x kept");
    expect(filters()).toHaveLength(3);
    broker.sessionPresent = false;
    (await broker.untilConnected()).reset();
    await client.untilLogged("granted b 1", 2);
    expect(filters()).toEqual(["do", "a/+", "b", "do", "a/+", "b"]);
  });

  it("return the granted QoS, and fail if they are refused", async () => {
    broker.behaviour = (packet, connection) => {
      if (packet.cmd !== "subscribe") return false;
      const [asked] = packet.subscriptions;
      const granted = asked?.topic === "secret" ? 0x80 : 0;
      connection.send({ cmd: "suback", messageId: packet.messageId as number, granted: [granted] });
      return true;
    };
    await startSession({ subscribe: [{ filter: "secret", qos: 1 }] });
    await client.untilLogged("granted secret 128");
    await order({
      subscribe: [
        { filter: "secret", qos: 1 },
        { filter: "low", qos: 2 },
      ],
    });
    await client.untilLogged("not subscribed secret: refused");
    await client.untilLogged("subscribed low 0");
  });

  it("end at UNSUBACK", async () => {
    await startSession({ subscribe: [{ filter: "t", qos: 0 }] });
    await client.untilLogged("granted t 0");
    const connection = await order({ unsubscribe: "t" });
    await client.untilLogged("unsubscribed t");
    connection.publish("t", "late");
    connection.publish("do", JSON.stringify({ stop: true }));
    await client.untilLogged("stopped");
    expect(client.count("got t late")).toBe(0);
    expect(broker.of("unsubscribe")[0]?.unsubscriptions).toEqual(["t"]);
  });

  it("fail after the timeout if the broker does not answer", async () => {
    broker.behaviour = (packet) =>
      packet.cmd === "subscribe" && packet.subscriptions[0]?.topic === "mute";
    await startSession({}, { ackTimeoutMs: 300 });
    await client.untilLogged("granted do 0");
    await order({
      subscribe: [
        { filter: "mute", qos: 1 },
        { filter: "not+valid", qos: 0 },
      ],
    });
    await client.untilLogged("not subscribed mute: time-out");
    await client.untilLogged("not subscribed not+valid: invalid filter");
  });
});
