/** Like size-ours.ts, but with the client of @devicescript/net. */
import { startMQTTClient } from "@devicescript/net";

const client = await startMQTTClient({
  host: "127.0.0.1",
  port: 1883,
  proto: "tcp",
  clientId: "size",
});
await client.subscribe("in", (message) => {
  console.log(message.content.toString());
});
await client.publish("out", "hello");
