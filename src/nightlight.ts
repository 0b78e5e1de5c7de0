import { LightLevel, millis } from "@devicescript/core";
import { Cadence } from "./cadence";
import { CommandGate } from "./command-gate";
import { decide } from "./common/rule";
import { LIGHT_MAX_RAW, parseCommand, SERVER_STATUS_TOPIC, topicOf } from "./common/wire";
import type { DeviceConfig } from "./config";
import { Fallback } from "./fallback";
import type { Led } from "./led";
import { MqttClient, randomU16 } from "./mqtt";
import { Reporter } from "./reporter";
import { DeviceSettings, writeLastId } from "./settings";
import type { Updates } from "./update";

/**
 * How long readings are held back after the broker has lost our session, ms. It has then lost the
 * server's session too: a reading that is sent before the server is back would be acknowledged and
 * lost. The lesson's server does not announce that it is back, so the wait has a limit.
 */
const SERVER_GRACE_MS = 5000;
/** Number of readings that are kept during an outage, 10 bytes each. */
const OUTBOX_CAPACITY = 512;
/** Capacity of the outbox if readings are not kept during an outage: the readings in flight. */
const TRANSIT_CAPACITY = 4;

/** Shows the device's status. Optional: a board may have no screen. */
export interface StatusScreen {
  start(id: string, led: Led, mqtt: MqttClient): void;
}

/**
 * Runs the device: reports the sensor's readings, applies commands to the LED, and decides for
 * itself while no server does.
 */
export async function runNightlight(
  settings: DeviceSettings,
  config: DeviceConfig,
  sensor: LightLevel,
  led: Led,
  mqtt: MqttClient,
  updates: Updates,
): Promise<void> {
  const prefix = config.topicPrefix;
  const id = prefix + settings.id;
  const boot = randomU16() * 256 + (randomU16() & 0xff);
  const store = config.telemetry.whenOffline === "store";
  const capacity = store ? OUTBOX_CAPACITY : TRANSIT_CAPACITY;
  const gate = new CommandGate(boot, settings.lastId);
  const reporter = new Reporter(id, boot, store, capacity, led, gate, mqtt, updates);
  const cadence = new Cadence(config.telemetry);
  const fallback = new Fallback(config.aloneAfterMs, millis());
  let seq = 0;
  let isReportAsked = false;

  mqtt.onConnect = async (sessionPresent) => {
    console.log("Connected");
    if (store && mqtt.reconnects > 0 && !sessionPresent)
      reporter.holdUntilMs = millis() + SERVER_GRACE_MS;
    reporter.connected();
  };
  mqtt.onDisconnect = () => {
    // MqttClient would resend the reading unchanged, with the old age.
    mqtt.abandon();
  };

  await mqtt.subscribe(prefix + SERVER_STATUS_TOPIC, 1, async (_topic, payload) => {
    const online = payload.toString("utf-8") !== "offline";
    fallback.status(online);
    if (online) reporter.holdUntilMs = 0;
  });

  await mqtt.subscribe(topicOf(id, "commands"), 1, async (_topic, payload) => {
    const text = payload.toString("utf-8");
    console.log("Message received: " + text);
    const command = parseCommand(text);
    const lastId = gate.lastId;
    const refusal = command.value ? gate.admit(command.value) : command.error;
    if (refusal) {
      console.log("Command ignored: " + refusal);
      return;
    }
    fallback.commanded(millis());
    if (await led.set(command.value.led_on, "server")) reporter.stateChanged();
    if (gate.lastId !== lastId) {
      await writeLastId(gate.lastId);
      reporter.stateChanged();
    }
  });

  const host = {
    leave: async () => {
      await reporter.leave();
      await mqtt.stop();
    },
    comeBack: () => {
      mqtt.start();
    },
    stateChanged: () => {
      reporter.stateChanged();
    },
    identify: async () => {
      await led.identify();
    },
    reportNow: () => {
      isReportAsked = true;
    },
  };
  await mqtt.subscribe(topicOf(id, "update"), 1, async (_topic, payload) => {
    // Runs in a fiber of its own, because an update takes time and commands must still be handled.
    updates.receive.start(payload.toString("utf-8"), host);
  });

  // The sensor reports a ratio of full light, 0..1.
  await sensor.reading.subscribe(async (ratio) => {
    const light = Math.round(ratio * LIGHT_MAX_RAW);
    const nowMs = millis();
    // If the device can't evaluate the rule, it leaves the LED unchanged.
    if (config.rule && fallback.update(nowMs, mqtt.connected))
      console.log(fallback.active ? "No server: deciding for myself" : "The server decides again");
    const on = fallback.active ? decide(config.rule, light, led.on, nowMs - led.changedMs) : led.on;
    if (await led.set(on, fallback.active ? "device" : "server")) reporter.stateChanged();
    if (!isReportAsked && !cadence.isDue(nowMs, light)) return;
    isReportAsked = false;
    cadence.report(nowMs, light);
    seq++;
    reporter.report({ seq, takenMs: nowMs, light, ledOn: led.on });
  });

  reporter.run.start();
}
