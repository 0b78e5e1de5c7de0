import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "../support/free-port";
import { Mosquitto } from "../support/mosquitto";
import { startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

/** Two independent brokers serve as nodes, because this test is only about connecting to a node. */
let first: Mosquitto;
let second: Mosquitto;

beforeAll(async () => {
  first = await Mosquitto.start();
  second = await Mosquitto.start();
});

afterAll(async () => {
  await first.stop();
  await second.stop();
});

it("connects to the first node that answers, and to another one if that is lost", async () => {
  const nobody = `mqtt://127.0.0.1:${await freePort()}`;
  const server = await startNightlight({
    brokerUrl: nobody,
    otherBrokerUrls: [first.url, second.url],
    simulate: false,
  });
  expect(server.log).toContain(`Connected to ${first.url}`);
  await first.kill();
  await until("it has found the other", () =>
    server.log.includes(`Connected again to ${second.url}`),
  );
  const lamp = await Witness.connect(second.url, "lamp/commands");
  await lamp.publish("lamp/telemetry", '{"light": 100}');
  await lamp.untilSeen("lamp/commands", /"led_on":true/);
  await lamp.stop();
  await server.stop();
});

it("names all nodes if none answers", async () => {
  const [one, two] = [await freePort(), await freePort()].map((port) => `mqtt://127.0.0.1:${port}`);
  await expect(
    startNightlight({ brokerUrl: one, otherBrokerUrls: [two ?? ""], simulate: false }),
  ).rejects.toThrow(
    new RegExp(`^cannot reach the broker ${one}: connect ECONNREFUSED .*; ${two}: connect ECONN`),
  );
});
