import { LightBulb, LightLevel } from "@devicescript/core";
import { readSetting } from "@devicescript/settings";
import { parseBrokerAddress } from "./broker-address";
import { config } from "./config.gen";
import { Link } from "./link";
import { runNightlight } from "./nightlight";
import { deviceClientId } from "./wire";

/** With the embedded broker and no setting, the device is a simulator on the broker's machine. */
const EMBEDDED_BROKER = "mqtt://127.0.0.1:1883";

const sensor = new LightLevel();
const led = new LightBulb();

const id = await readSetting<string>("ID", config.id);
const broker = await readSetting<string>(
  "BROKER",
  config.broker === "embedded" ? EMBEDDED_BROKER : config.broker,
);
const user = await readSetting<string>("MQTT_USER");
const password = await readSetting<string>("MQTT_PWD");

const address = parseBrokerAddress(broker);
if (!address) {
  console.log(`BROKER: found ${broker}, allowed is mqtt://HOST[:PORT] or mqtts://HOST[:PORT]`);
} else {
  console.log(`Connecting to ${broker} as ${deviceClientId(id)}`);
  const link = new Link(address, deviceClientId(id), user, password);
  await link.connect();
  console.log("Connected");
  await runNightlight(id, config.telemetry, sensor, led, link);
}
