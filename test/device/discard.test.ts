import { expect, it } from "vitest";
import { PROGRAM_LINES } from "../../boards/log-lines";
import { loadConfig } from "../../server/setup/config";
import { Checkout } from "../support/checkout";
import { startDevice } from "../support/device";
import { Mosquitto } from "../support/mosquitto";
import { until } from "../support/until";
import { Witness } from "../support/witness";

/**
 * Number of failed tries to connect before the outage ends. The pause before each try grows, so
 * with a reading every 100 ms, some readings fall between the tries.
 */
const TRIES = 3;

it("with whenOffline discard, readings of an outage are dropped, and none arrives late", async () => {
  const checkout = new Checkout();
  const config = loadConfig();
  const telemetry = { ...config.telemetry, whenOffline: "discard", intervalMs: 100, minGapMs: 50 };
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
  const tries = () =>
    own.log.filter((line) => line.startsWith(PROGRAM_LINES.mqtt + PROGRAM_LINES.nextTry));
  await until("the outage goes on", () => tries().length >= TRIES);
  await mosquitto.restart();
  const seqs = () => readings().map(({ seq }) => seq);
  await until("readings again, but for those of the outage", () =>
    seqs().some((seq, i, all) => seq - (all[i - 1] ?? seq) > 2),
  );
  // On a busy machine, even a new reading may wait up to a second before it is sent.
  expect(readings().filter(({ age_ms }) => (age_ms ?? 0) > 1_000)).toEqual([]);
  // The program logs this line for a person who sets up a board: no acknowledgement will follow.
  expect(own.log.filter((line) => line === PROGRAM_LINES.unacknowledged)).toHaveLength(2);
  expect(own.panics).toEqual([]);
  await own.device.stop();
  await witness.stop();
  await mosquitto.stop();
});
