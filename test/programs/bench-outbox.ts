/** Program of a bench: sends a full outbox, as after an outage when the broker is back. */
import { sleep } from "@devicescript/core";
import { readSetting } from "@devicescript/settings";
import type { CommandGate } from "../../src/command-gate";
import type { Led } from "../../src/led";
import { DEVICE, MqttClient } from "../../src/mqtt/index";
import { Reporter } from "../../src/reporter";
import type { Updates } from "../../src/update";

const READINGS = 512;

const port = await readSetting<number>("PORT");
const mqtt = new MqttClient(DEVICE, { host: "127.0.0.1", port, clientId: "outbox" });
const led = { on: false, decidedBy: "server" } as unknown as Led;
const gate = { lastId: 0 } as unknown as CommandGate;
// Disables updates over the network.
const updates = { described: no, heard: no, confirm: no, describe: no } as unknown as Updates;
const reporter = new Reporter("outbox", 1, true, READINGS, led, gate, mqtt, updates);
for (let seq = 1; seq <= READINGS; seq++) {
  reporter.report({ seq, takenMs: seq, light: seq, ledOn: false });
  if (seq % 32 === 0) await sleep(1);
}
mqtt.onConnect = async () => {
  console.log("connected");
  reporter.connected();
};
reporter.run.start();
mqtt.start();

async function no(): Promise<boolean> {
  return false;
}
