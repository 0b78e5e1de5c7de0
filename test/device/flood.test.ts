import { expect, it } from "vitest";
import { startDevice } from "../support/device";
import { Mosquitto } from "../support/mosquitto";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const COUNT = 1000;

it("a flood of commands, most of them invalid, neither stops nor confuses the device", async () => {
  const mosquitto = await Mosquitto.start("allow_anonymous true\nmax_queued_messages 0\n");
  const witness = await Witness.connect(mosquitto.url, "flood-1/state");
  const own = await startDevice("flood-1", mosquitto.url);
  await until("connected", () => own.log.includes("Connected"));
  for (let i = 0; i < COUNT; i++) {
    const payload = i % 5 === 0 ? `{"led_on":${i % 2 === 0}}` : `{"led_on":${i}`.repeat(i % 7);
    witness.client.publish("flood-1/commands", payload, { qos: 1 });
  }
  await witness.client.publishAsync("flood-1/commands", '{"led_on":true,"id":1}', { qos: 1 });
  await witness.untilSeen("flood-1/state", /"led_on":true.*"id":1\b/);
  await until("the lamp is on", () => own.device.ledOn);
  const received = own.log.filter((line) => line.startsWith("Message received: "));
  // At QoS 1, messages that the device did not acknowledge in time arrive again.
  expect(received.length).toBeGreaterThan(COUNT);
  expect(own.panics).toEqual([]);
  await own.device.stop();
  await witness.stop();
  await mosquitto.stop();
});
