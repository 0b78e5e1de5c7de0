/**
 * The lesson's server as a person would write it with MQTT.js. It answers each reading at the
 * reading's QoS.
 */
import { connect } from "mqtt";

const THRESHOLD = 300;

const client = connect(`mqtt://127.0.0.1:${process.argv[2] ?? ""}`);
client.on("connect", () => void client.subscribe("+/telemetry", { qos: 1 }));
client.on("message", (topic, payload, { qos }) => {
  const { light } = JSON.parse(payload.toString()) as { light: number };
  const [device = ""] = topic.split("/");
  client.publish(`${device}/commands`, JSON.stringify({ led_on: light < THRESHOLD }), { qos });
});
