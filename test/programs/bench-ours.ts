/** Program of the benches, like bench-builtin.ts but with this project's client. */
import { sleep } from "@devicescript/core";
import { readSetting } from "@devicescript/settings";
import { DEVICE, MqttClient } from "../../src/mqtt/index";

const port = await readSetting<number>("PORT");
const client = new MqttClient(DEVICE, { host: "127.0.0.1", port, clientId: "bench" });
let received = 0;
let finished = 0;

async function publish(topic: string, qos: 0 | 1, count: number, fibers: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await client.publish(topic, '{"light":652}', { qos });
    if (i % 100 === 99) await sleep(1);
  }
  if (++finished % fibers === 0) console.log("published");
}

await client.subscribe("do", 0, async (_topic, payload) => {
  const words = payload.toString().split(" ");
  const fibers = parseInt(words[3]);
  for (let i = 0; i < fibers; i++)
    publish.start(words[0], parseInt(words[1]), parseInt(words[2]) / fibers, fibers);
});

await client.subscribe("in", 0, async (_topic, payload) => {
  if (payload.toString() === "count") console.log(`received ${received}`);
  else received++;
});
client.onConnect = async () => {
  await sleep(1);
  console.log("connected");
};
client.start();
