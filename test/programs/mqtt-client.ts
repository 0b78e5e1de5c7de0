/**
 * Runs the client under test on the device. The setting MQTT contains the client's options, and the
 * setting DO its first order.
 */
import { readSetting } from "@devicescript/settings";
import { DEVICE, MqttClient } from "../../src/mqtt/index";
import { follow, type Order, type Setup } from "./orders";

const setup = JSON.parse(await readSetting<string>("MQTT")) as Setup;
const order = JSON.parse(await readSetting<string>("DO", "{}")) as Order;

const say = (line: string) => {
  console.log(line);
};
const client = new MqttClient(DEVICE, {
  host: "127.0.0.1",
  clientId: "device",
  ...setup,
  log: (line) => {
    say("log " + line);
  },
});
await follow({ client, platform: DEVICE, quiet: setup.quiet ?? false, say }, order);
