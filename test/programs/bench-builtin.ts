/** Program of the benches, like bench-ours.ts but with the client of @devicescript/net. */
import { sleep } from "@devicescript/core";
import { MQTTClient } from "@devicescript/net";
import { readSetting } from "@devicescript/settings";

const port = await readSetting<number>("PORT");
const client = new MQTTClient({ host: "127.0.0.1", port, proto: "tcp", clientId: "bench" });
let received = 0;
let finished = 0;

async function publish(topic: string, qos: 0 | 1, count: number, fibers: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await client.publish(topic, '{"light":652}', qos);
    if (i % 100 === 99) await sleep(1);
  }
  if (++finished % fibers === 0) console.log("published");
}

client.onconnect.subscribe(async () => {
  await sleep(1);
  console.log("connected");
});
await client.start();
await client.subscribe("do", (message) => {
  const words = message.content.toString().split(" ");
  const fibers = parseInt(words[3]);
  for (let i = 0; i < fibers; i++)
    publish.start(words[0], parseInt(words[1]), parseInt(words[2]) / fibers, fibers);
});
await client.subscribe("in", (message) => {
  if (message.content.toString() === "count") console.log(`received ${received}`);
  else received++;
});
