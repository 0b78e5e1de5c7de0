import { expect, it } from "vitest";
import { PROGRAM } from "../../boards/log-lines";
import { loadConfig } from "../../server/setup/config";
import { Checkout } from "../support/checkout";
import { startDevice } from "../support/device";
import { Mosquitto } from "../support/mosquitto";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const OUTAGE_MS = 6_000;

it("with whenOffline discard, readings of an outage are gone, and nothing comes late", async () => {
  const checkout = new Checkout();
  const config = loadConfig();
  const telemetry = { ...config.telemetry, whenOffline: "discard" };
  checkout.write("devicescript.json", JSON.stringify({ ...config, telemetry }));
  expect(await checkout.run("build")).toMatchObject({ code: 0 });
  const bytecode = checkout.read(".devicescript/bin/bytecode.devs");
  checkout.remove();

  const mosquitto = await Mosquitto.start();
  const witness = await Witness.connect(mosquitto.url, "discard-1/telemetry");
  const readings = () =>
    witness
      .payloads("discard-1/telemetry")
      .map((payload) => JSON.parse(payload) as { seq: number; age_ms?: number });
  const own = await startDevice("discard-1", mosquitto.url, { bytecode });
  await until("a reading", () => readings().length > 0);
  await mosquitto.kill();
  const before = readings().length;
  const backMs = Date.now() + OUTAGE_MS;
  await until("the outage is over", () => Date.now() > backMs);
  await mosquitto.restart();
  await until("readings again", () => readings().length >= before + 2);
  const [last, next] = readings().slice(before - 1);
  expect((next?.seq ?? 0) - (last?.seq ?? 0)).toBeGreaterThan(2);
  // On a busy machine, even a new reading may wait for its turn.
  expect(readings().filter(({ age_ms }) => (age_ms ?? 0) > 1_000)).toEqual([]);
  // Tells a person who sets up a board that no acknowledgement will follow.
  expect(own.log.filter((line) => line === PROGRAM.unacknowledged)).toHaveLength(2);
  expect(own.panics).toEqual([]);
  await own.device.stop();
  await witness.stop();
  await mosquitto.stop();
});
