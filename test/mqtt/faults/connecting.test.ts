import { beforeEach, describe, expect, it } from "vitest";
import { nodePlatform } from "../../../src/mqtt/node/index";
import {
  broker,
  client,
  runIn,
  startClient,
  useClient,
  useFaultyBroker,
} from "../../support/faulty-world";
import { faster, MqttInNode } from "../../support/mqtt-in-node";
import { until } from "../../support/until";
import { BOTH } from "../../support/worlds";

useFaultyBroker();

describe.each(BOTH)("a missing broker, %s", (_where, world) => {
  it("is tried until it is there", async () => {
    runIn(world);
    await broker.stopListening();
    await startClient();
    await client.untilLogged(/^failed .*ECONNREFUSED/, 2);
    await broker.listenAgain();
    await client.untilLogged("connected false 0");
  });
});

it("a broker that is silent after CONNECT is given up after 10 s", async () => {
  const FACTOR = 10;
  broker.behaviour = () => broker.connections.length === 1;
  const startedMs = performance.now();
  useClient(await MqttInNode.start({ port: broker.port }, {}, faster(nodePlatform(), FACTOR)));
  await client.untilLogged("failed no answer");
  expect((performance.now() - startedMs) * FACTOR).toBeGreaterThanOrEqual(10_000);
  await client.untilLogged("connected false 0");
});

describe.each(BOTH)("a broker that closes the connection, %s", (_where, world) => {
  beforeEach(() => {
    runIn(world);
  });

  it("immediately", async () => {
    broker.behaviour = (_packet, connection) => {
      if (broker.connections.length > 3) return false;
      connection.end();
      return true;
    };
    await startClient();
    await client.untilLogged("connected false 0");
    expect(client.count(/^failed /)).toBe(3);
  });

  it("with FIN right after CONNACK, five times", async () => {
    broker.behaviour = (packet, connection) => {
      if (packet.cmd !== "connect" || broker.connections.length > 5) return false;
      connection.accept();
      connection.end();
      return true;
    };
    await startClient({ keepAliveS: 1, stableMs: 0 });
    await until("it stays connected", () => broker.of("pingreq").length > 0);
    expect(broker.connections).toHaveLength(6);
  });

  it("with a reset, five times", async () => {
    await startClient({ stableMs: 0 });
    for (let times = 1; times <= 5; times++) {
      await client.untilLogged(/^connected/, times);
      const connection = await broker.untilConnected();
      connection.reset();
      await client.untilLogged(/^lost /, times);
    }
    await client.untilLogged("connected false 5");
  });
});

describe("a broker that refuses", () => {
  const reasons = {
    1: "unacceptable protocol version",
    2: "identifier rejected",
    3: "server unavailable",
    4: "bad user name or password",
    5: "not authorized",
  };
  for (const [code, reason] of Object.entries(reasons)) {
    it(`with code ${code} is reported separately: ${reason}`, async () => {
      broker.behaviour = (_packet, connection) => {
        connection.send({ cmd: "connack", returnCode: Number(code), sessionPresent: false });
        return true;
      };
      await startClient({ username: "name", password: "secret" });
      await client.untilLogged(`failed refused: ${reason}`);
      const [connect] = broker.of("connect");
      expect([connect?.username, String(connect?.password)]).toEqual(["name", "secret"]);
      // A quick retry makes sense only for code 3, with which an overloaded broker refuses clients.
      const pauseMs = Number(
        /(\d+) ms/.exec(client.lines.find((line) => line.startsWith("log next")) ?? "")?.[1],
      );
      if (code === "3") expect(pauseMs).toBeLessThanOrEqual(500);
      else expect(pauseMs).toBeGreaterThanOrEqual(15_000);
      expect(pauseMs).toBeLessThanOrEqual(30_000);
    });
  }
});

describe("CONNECT", () => {
  it("contains all given options", async () => {
    await startClient({
      clientId: "night-1",
      keepAliveS: 300,
      cleanSession: false,
      will: { topic: "night-1/status", payload: "offline", qos: 1, retain: true },
    });
    await client.untilLogged("connected false 0");
    expect(broker.of("connect")).toMatchObject([
      {
        protocolId: "MQTT",
        protocolVersion: 4,
        clientId: "night-1",
        keepalive: 300,
        clean: false,
        will: { topic: "night-1/status", payload: Buffer.from("offline"), qos: 1, retain: true },
      },
    ]);
  });

  it("is followed by DISCONNECT and nothing else when the client is stopped", async () => {
    await startClient();
    await client.untilLogged("connected false 0");
    (await broker.untilConnected()).publish("do", JSON.stringify({ stop: true }));
    await client.untilLogged("stopped");
    await broker.untilReceived("disconnect");
    expect(broker.received.map(({ cmd }) => cmd)).toEqual(["connect", "subscribe", "disconnect"]);
    await until("the connection is gone", () => broker.connections.every((one) => one.closed));
    expect(broker.connections).toHaveLength(1);
  });
});
