import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { type Seen, Witness } from "../support/witness";

const ID = "test-1";

describe.each(["the embedded broker", "Mosquitto"])("the compiled firmware through %s", (name) => {
  let mosquitto: Mosquitto | undefined;
  let nightlight: Started;
  let witness: Witness;

  beforeAll(async () => {
    if (name === "Mosquitto") mosquitto = await Mosquitto.start();
    nightlight = await startNightlight({ brokerUrl: mosquitto?.url });
    witness = await Witness.connect(nightlight.brokerUrl);
  });

  afterAll(async () => {
    await witness.stop();
    await nightlight.stop();
    await mosquitto?.stop();
  });

  async function untilLightLeadsTo(light: number, ledOn: boolean): Promise<void> {
    const from = witness.seen.length;
    await nightlight.setLight(ID, light);
    await witness.untilSeen(`${ID}/telemetry`, new RegExp(`^\\{"light":${light},`), from);
    await witness.untilSeen(`${ID}/commands`, new RegExp(`^\\{"led_on":${ledOn},`), from);
    await until("the simulated lamp follows", async () => {
      return (await nightlight.device(ID))?.ledOn === ledOn;
    });
  }

  it("turns the LED on in the dark and off in the light", async () => {
    await untilLightLeadsTo(100, true);
    await untilLightLeadsTo(900, false);
    await untilLightLeadsTo(299, true);
    await untilLightLeadsTo(300, false);
  });

  it("keeps its own time if the computer's clock is set back", async () => {
    const spy = vi.spyOn(Date, "now").mockImplementation(() => performance.timeOrigin - 86_400_000);
    try {
      await untilLightLeadsTo(100, true);
      await untilLightLeadsTo(900, false);
    } finally {
      spy.mockRestore();
    }
    await untilLightLeadsTo(100, true);
    await untilLightLeadsTo(900, false);
    const reported = async () => (await nightlight.device(ID))?.state;
    await until("it says so", async () => (await reported())?.["led_on"] === false);
    expect((await reported())?.uptime_s).toBeLessThan(performance.now() / 1_000);
  });

  it("publishes the lesson's messages, and only adds fields", async () => {
    const from = witness.seen.length;
    await untilLightLeadsTo(150, true);
    await untilLightLeadsTo(850, false);
    const said = (topic: string): Seen[] =>
      witness.seen.slice(from).filter((message) => message.topic === `${ID}/${topic}`);
    const [telemetry, commands] = [said("telemetry"), said("commands")];
    expect(Math.min(telemetry.length, commands.length)).toBeGreaterThanOrEqual(2);
    for (const { payload } of telemetry)
      expect(payload).toMatch(/^\{"light":\d{1,4},"led_on":(true|false),"seq":\d+,"boot":\d+\}$/);
    for (const { payload, retain } of commands) {
      expect(payload).toMatch(/^\{"led_on":(true|false),"seq":\d+,"boot":\d+\}$/);
      expect(retain).toBe(false);
    }
  });

  it.each([
    /^Connecting to mqtt:.* as test-1nightlight_client$/,
    /^Connected$/,
    /^Sending telemetry \{"light":652,.*\}$/,
    /^Message received: \{"led_on":false,.*\}$/,
    /^Message received: \{"light":652,.*\} from test-1$/,
    /^Sending message: \{"led_on":false,.*\} to test-1$/,
  ])("logs the same lines as the lesson's device and server: %s", async (line) => {
    await until(`${line} in the log`, () => nightlight.log.some((logged) => line.test(logged)));
  });

  it("survives invalid commands and telemetry, and changes nothing", async () => {
    await untilLightLeadsTo(100, true);
    const commands = ["", "{", "null", "[]", "7", '{"led_on":1}', '{"led_on":"true"}', "{}", "\0"];
    for (const payload of commands) await witness.publish(`${ID}/commands`, payload);
    const telemetry = ["nonsense", '{"light":-1}', '{"light":1024}', '{"light":"5"}', "[300]"];
    for (const payload of telemetry) await witness.publish("stranger/telemetry", payload);
    await witness.publish("stranger/telemetry", `{"light":5,"pad":"${"x".repeat(2000)}"}`);

    const ignored = () => nightlight.log.filter((line) => line.startsWith("Command ignored: "));
    await until("each bad command is logged", () => ignored().length === commands.length);
    const warnings = () => nightlight.log.filter((line) => line.startsWith("Warning: ignored "));
    await until("each bad payload is warned of once", () => {
      // An empty payload clears a retained message, so the server does not warn about it.
      return warnings().length === commands.length - 1 + telemetry.length + 1;
    });
    expect(warnings()).toContain(
      "Warning: ignored stranger/telemetry: light: expected a number from 0 to 1023, got 1024",
    );
    expect(witness.payloads("stranger/commands")).toEqual([]);
    expect((await nightlight.device(ID))?.ledOn).toBe(true);
    expect(nightlight.log.join("\n")).not.toMatch(/panic/i);
    await untilLightLeadsTo(700, false);
  });
});
