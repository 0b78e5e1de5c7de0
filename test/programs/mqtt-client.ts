/**
 * A device that does what a test tells it: the setting MQTT says how to connect, the setting DO
 * and messages to the topic `do` are orders, and the log says what happened.
 */
import { sleep } from "@devicescript/core";
import { readSetting } from "@devicescript/settings";
import { MqttClient, type MqttOptions } from "../../src/mqtt/index";

/** What a test wants published: `count` messages numbered from `first`, each with its number. */
interface Publishing {
  topic: string;
  count: number;
  first?: number;
  qos: 0 | 1 | 2;
  retain?: boolean;
  /** Pads each payload to this many bytes. */
  size?: number;
  /** How many fibers publish at the same time, each its share. */
  fibers?: number;
  /** A failed message is tried again, as something that may not be lost would be. */
  insist?: boolean;
}

interface Order {
  publish?: Publishing;
  subscribe?: { filter: string; qos: 0 | 1 | 2 }[];
  unsubscribe?: string;
  stop?: boolean;
}

interface Setup extends MqttOptions {
  /** Log no single message: the payload `count` asks for their number. */
  quiet?: boolean;
}

const setup = JSON.parse(await readSetting<string>("MQTT")) as Setup;
const order = JSON.parse(await readSetting<string>("DO", "{}")) as Order;
setup.log = (line) => console.log("log " + line);
const client = new MqttClient(setup);
let received = 0;

async function onMessage(topic: string, payload: Buffer): Promise<void> {
  received++;
  const text = payload.length > 80 ? `${payload.length} bytes` : payload.toString();
  if (!setup.quiet) console.log(`got ${topic} ${text}`);
  if (text === "count") console.log(`received ${received}`);
  if (text === "throw") throw new Error("thrown");
  if (text === "slow") {
    await sleep(200);
    console.log("slow handler ended");
  }
  if (text === "hang") await sleep(1000000);
}

async function subscribe(filter: string, qos: 0 | 1 | 2): Promise<void> {
  try {
    const granted = await client.subscribe(filter, qos, onMessage);
    console.log(`subscribed ${filter} ${granted}`);
  } catch (e) {
    console.log(`not subscribed ${filter}: ${(e as Error).message}`);
  }
}

async function unsubscribe(filter: string): Promise<void> {
  await client.unsubscribe(filter);
  console.log(`unsubscribed ${filter}`);
}

async function stop(): Promise<void> {
  await client.stop();
  console.log("stopped");
}

let finished = 0;

async function publish(order: Publishing, from: number, step: number): Promise<void> {
  for (let i = from; i < order.count; i += step) {
    const text = `${i + (order.first ?? 0)}`;
    let payload = Buffer.from(text);
    if (order.size !== undefined) {
      payload = Buffer.alloc(order.size);
      payload.fillAt(0, order.size, 46);
      payload.set(Buffer.from(text));
    }
    for (;;) {
      try {
        await client.publish(order.topic, payload, { qos: order.qos, retain: order.retain });
        break;
      } catch (e) {
        console.log(`not published ${i}: ${(e as Error).message}`);
        if (!order.insist) break;
        await sleep(50);
      }
    }
  }
  finished++;
  if (finished % step === 0) console.log(`published ${order.count}`);
}

function startPublishing(order: Publishing): void {
  const fibers = order.fibers ?? 1;
  for (let i = 0; i < fibers; i++) publish.start(order, i, fibers);
}

function obey(order: Order): void {
  for (const wanted of order.subscribe ?? []) subscribe.start(wanted.filter, wanted.qos);
  if (order.publish) startPublishing(order.publish);
  if (order.unsubscribe) unsubscribe.start(order.unsubscribe);
  if (order.stop) stop.start();
}

client.onConnect = async (sessionPresent) => {
  console.log(`connected ${sessionPresent} ${client.reconnects}`);
};
client.onDisconnect = (reason) => {
  console.log(`lost ${reason}`);
};
client.onConnectFailed = (reason) => {
  console.log(`failed ${reason}`);
};
client.onGranted = (filter, granted) => {
  console.log(`granted ${filter} ${granted}`);
};

await client.subscribe("do", 0, async (_topic, payload) => {
  obey(JSON.parse(payload.toString()) as Order);
});
if (order.subscribe)
  for (const wanted of order.subscribe) await subscribe(wanted.filter, wanted.qos);
order.subscribe = undefined;
client.start();
obey(order);
