import { lamp, screen, sensor } from "./board.gen";
import { formatBrokerAddress } from "./common/broker-address";
import { deviceClientId, topicOf } from "./common/wire";
import { config } from "./config.gen";
import { Led } from "./led";
import { DEVICE, MqttClient } from "./mqtt";
import { runNightlight } from "./nightlight";
import { readSettings } from "./settings";
import { Updates } from "./update";

const KEEP_ALIVE_S = 15;
/** An unacknowledged reading is sent again after this time, ms, with its age updated. */
const ACK_TIMEOUT_MS = 5000;

const led = new Led(lamp);
const settings = await readSettings();

if (settings.broker) {
  const { host, port, tls } = settings.broker;
  const updates = new Updates(settings.id, host, settings.news);
  await updates.start();
  const name = config.topicPrefix + settings.id;
  const clientId = deviceClientId(name);
  console.log(`Connecting to ${formatBrokerAddress(settings.broker)} as ${clientId}`);
  const mqtt = new MqttClient(DEVICE, {
    host,
    port,
    tls,
    clientId,
    username: settings.user,
    password: settings.password,
    keepAliveS: KEEP_ALIVE_S,
    ackTimeoutMs: ACK_TIMEOUT_MS,
    // Commands that are sent while this device is offline wait in the broker.
    cleanSession: false,
    will: {
      topic: topicOf(name, "status"),
      payload: "offline",
      qos: 1,
      retain: true,
    },
    log: (line) => {
      console.log("mqtt: " + line);
    },
  });
  await runNightlight(settings, config, sensor, led, mqtt, updates);
  if (screen) screen.start(settings.id, led, mqtt);
  updates.connect.start(mqtt, config.aloneAfterMs);
}
