import type { IPublishPacket } from "mqtt-packet";
import { beforeEach, describe, expect, it } from "vitest";
import {
  broker,
  client,
  order,
  runIn,
  startSession,
  useClient,
  useFaultyBroker,
} from "../../support/faulty-world";
import { MqttDevice } from "../../support/mqtt-device";
import { until } from "../../support/until";
import { BOTH } from "../../support/worlds";

useFaultyBroker();

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

describe.each(BOTH)("publishing across a broken connection, %s", (_where, world) => {
  beforeEach(() => {
    runIn(world);
  });

  it("at QoS 1 repeats the PUBLISH with its id and DUP", async () => {
    breakAtFirst("publish");
    await startSession({ publish: { topic: "t", count: 1, qos: 1 } });
    await client.untilLogged("published 1");
    const [first, second] = broker.of("publish");
    expect([first?.dup, second?.dup]).toEqual([false, true]);
    expect(second?.messageId).toBe(first?.messageId);
    expect(broker.of("publish")).toHaveLength(2);
  });

  it("at QoS 2 before PUBREC repeats the PUBLISH", async () => {
    breakAtFirst("publish");
    await startSession({ publish: { topic: "t", count: 1, qos: 2 } });
    await client.untilLogged("published 1");
    expect(broker.of("publish").map(({ dup }) => dup)).toEqual([false, true]);
  });

  it("at QoS 2 after PUBREC repeats only the PUBREL", async () => {
    breakAtFirst("pubrel");
    await startSession({ publish: { topic: "t", count: 1, qos: 2 } });
    await client.untilLogged("published 1");
    expect(broker.of("publish")).toHaveLength(1);
    const ids = broker.of("pubrel").map(({ messageId }) => messageId);
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  it("resends messages in flight in their order, before any new message", async () => {
    breakAtFirst("pingreq");
    const hold = broker.behaviour;
    broker.behaviour = (packet, connection) =>
      (packet.cmd === "publish" && broker.connections.length === 1) || hold(packet, connection);
    await startSession(
      { publish: { topic: "t", count: 10, qos: 1, fibers: 5 } },
      { keepAliveS: 1 },
    );
    await client.untilLogged("published 10");
    const texts = broker.of("publish").map(({ payload }) => String(payload));
    expect(texts.slice(0, 10)).toEqual(["0", "1", "2", "3", "4", "0", "1", "2", "3", "4"]);
    expect([...texts.slice(10)].sort()).toEqual(["5", "6", "7", "8", "9"]);
  });

  it("at QoS 2 fails if the broker loses the session before PUBCOMP", async () => {
    breakAtFirst("pubrel");
    const behaviour = broker.behaviour;
    broker.behaviour = (packet, connection) => {
      const broken = behaviour(packet, connection);
      broker.sessionPresent = false;
      return broken;
    };
    await startSession({ publish: { topic: "t", count: 1, qos: 2 } });
    await client.untilLogged("not published 0: session lost");
  });
});

describe("a message that is not acknowledged", () => {
  it("fails after the timeout, and is not resent", async () => {
    let withheld = true;
    broker.behaviour = (packet) => withheld && packet.cmd === "publish";
    await startSession({ publish: { topic: "t", count: 1, qos: 1 } }, { ackTimeoutMs: 300 });
    await client.untilLogged("not published 0: time-out");
    withheld = false;
    broker.sessionPresent = true;
    (await broker.untilConnected()).reset();
    await client.untilLogged("connected true 1");
    await order({ publish: { topic: "t", count: 1, first: 100, qos: 1 } });
    await client.untilLogged("published 1", 2);
    expect(broker.of("publish").map(({ payload }) => String(payload))).toEqual(["0", "100"]);
  });

  it("at QoS 0 needs a connection", async () => {
    await broker.stopListening();
    await startSession({ publish: { topic: "t", count: 1, qos: 0 } });
    await client.untilLogged("not published 0: not connected");
    await broker.listenAgain();
    await client.untilLogged("connected false 0");
    expect(broker.of("publish")).toHaveLength(0);
  });
});

describe("acknowledgements", () => {
  it("may come out of order, twice, and with unknown ids", async () => {
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
    await startSession({ publish: { topic: "t", count: 4, qos: 1, fibers: 4 } });
    await client.untilLogged("published 4");
    expect(broker.connections).toHaveLength(1);
  });

  it("are sent for an unknown PUBREC or PUBREL, so that the broker can finish", async () => {
    await startSession();
    await client.untilLogged("connected false 0");
    const connection = await broker.untilConnected();
    connection.send({ cmd: "pubrec", messageId: 1234 });
    connection.send({ cmd: "pubrel", messageId: 4321 });
    await broker.untilReceived("pubrel");
    await broker.untilReceived("pubcomp");
    expect([broker.of("pubrel")[0]?.messageId, broker.of("pubcomp")[0]?.messageId]).toEqual([
      1234, 4321,
    ]);
  });

  it.each(BOTH)("let the next publishers proceed, %s", async (_where, world) => {
    runIn(world);
    const held: IPublishPacket[] = [];
    broker.behaviour = (packet) => packet.cmd === "publish" && held.push(packet) > 0;
    await startSession({ publish: { topic: "t", count: 40, qos: 1, fibers: 40 } });
    await until("16 messages are in flight", () => held.length === 16);
    const connection = await broker.untilConnected();
    // After each acknowledgement, the client may send one more message.
    for (let done = 0; done < 40; done++) {
      await until("the next is there", () => held.length > done);
      expect(held.length - done).toBeLessThanOrEqual(16);
      connection.send({ cmd: "puback", messageId: held[done]?.messageId as number });
    }
    await client.untilLogged("published 40");
  });
});

describe("a runtime whose send queue is full", () => {
  it("is waited for", async () => {
    const device = useClient(await MqttDevice.start({ port: broker.port }));
    await client.untilLogged("connected false 0");
    device.refuseWrites(5);
    await order({ publish: { topic: "t", count: 3, qos: 0 } });
    await client.untilLogged("published 3");
    await broker.untilReceived("publish", 3);
    expect(broker.of("publish").map(({ payload }) => String(payload))).toEqual(["0", "1", "2"]);
    expect(broker.connections).toHaveLength(1);
  });
});
