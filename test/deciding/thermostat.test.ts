import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { loadConfig } from "../../server/setup/config";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

/** The lesson's thermostat, made from this server by configuration alone. */
describe("the thermostat example", () => {
  let server: Started;
  let thermostat: Witness;

  beforeAll(async () => {
    const config = loadConfig(join(ROOT, "docs/examples/thermostat.json"));
    const rule = { ...config.rule, minChangeMs: 0 };
    server = await startNightlight({ simulate: false }, { ...config, rule });
    thermostat = await Witness.connect(server.brokerUrl, "home/commands");
  });

  afterAll(async () => {
    await thermostat.stop();
    await server.stop();
  });

  async function publishTemperatures(
    hall: number,
    livingroom: number,
    bedroom: number,
  ): Promise<void> {
    const payload = {
      thermostat_temperature: hall,
      livingroom_temperature: livingroom,
      bedroom_temperature: bedroom,
    };
    await thermostat.publish("home/telemetry", JSON.stringify(payload));
  }

  it("heats when it is cold, until it is warm enough", async () => {
    const heard = () => thermostat.payloads("home/commands");
    await publishTemperatures(18, 19, 17);
    await publishTemperatures(19, 19.2, 19.3);
    await publishTemperatures(19.5, 19.6, 19.5);
    await publishTemperatures(19, 19.2, 19.3);
    await until("four answers", () => heard().length === 4);
    const heating = heard().map((text) => (JSON.parse(text) as { heating_on: boolean }).heating_on);
    // The last average, 19.17, is within the hysteresis, so the previous decision stands.
    expect(heating).toEqual([true, true, false, false]);
  });

  it("shows its own fields", async () => {
    await publishTemperatures(20, 21, 22);
    await until("its values", async () => {
      return (await server.device("home"))?.values["bedroom_temperature"] === 22;
    });
    expect(await server.device("home")).toMatchObject({ light: null, ledOn: false });
  });

  it("refuses telemetry without one of its fields", async () => {
    await thermostat.publish(
      "home/telemetry",
      '{"thermostat_temperature":18,"livingroom_temperature":"x"}',
    );
    await until("a warning", () =>
      server.log.includes(
        'Warning: ignored home/telemetry: livingroom_temperature: expected a number, got "x"',
      ),
    );
  });
});
