/** The smallest program that connects, subscribes and publishes, to measure its size. */
import { DEVICE, MqttClient } from "../../src/mqtt/index";

const client = new MqttClient(DEVICE, { host: "127.0.0.1", port: 1883, clientId: "size" });

await client.subscribe("in", 0, async (_topic, payload) => {
  console.log(payload.toString());
});
client.onConnect = async () => {
  await client.publish("out", "hello");
};
client.start();
