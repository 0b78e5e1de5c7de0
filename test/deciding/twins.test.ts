import { afterAll, beforeAll, it } from "vitest";
import { Mosquitto } from "../support/mosquitto";
import { NightlightProcess } from "../support/process";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const STATUS = "nightlight/server/status";

let mosquitto: Mosquitto;
let witness: Witness;
/** Functions to call at the end, which stop the broker, servers and devices. */
const ends: (() => Promise<void>)[] = [];

async function startServer(): Promise<NightlightProcess> {
  const flags = ["--broker", mosquitto.url, "--no-device", "--id", "twin"];
  const server = await NightlightProcess.start(flags);
  ends.push(() => server.kill());
  return server;
}

beforeAll(async () => {
  mosquitto = await Mosquitto.start();
  ends.push(() => mosquitto.stop());
  witness = await Witness.connect(mosquitto.url);
  ends.push(() => witness.stop());
});

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

it("two servers with one id log that there may be two", async () => {
  const servers = [await startServer(), await startServer()];
  for (const server of servers)
    await until("it warns", () =>
      server.output.includes(
        "If another program connects as twinnightlight_server, give one of the two another --id",
      ),
    );
});

it("the remaining server continues", async () => {
  await ends.pop()?.();
  await until("it is online after all", () => witness.payloads(STATUS).at(-1) === "online");
  await until("it answers", async () => {
    await witness.publish("lamp/telemetry", '{"light": 100}');
    return witness.payloads("lamp/commands").some((command) => command.includes('"led_on":true'));
  });
});
