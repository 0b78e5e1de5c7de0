/**
 * Makes the client under test carry out orders, on the device and in Node. The first order comes
 * with the client's start, further orders as messages to the topic `do`. The client's output tells
 * what happened.
 */
import { copyBytes } from "../../src/mqtt/bytes";
import type { MqttClient } from "../../src/mqtt/client";
import type { MqttOptions } from "../../src/mqtt/options";
import type { Platform } from "../../src/mqtt/platform";

type QoS = 0 | 1 | 2;

/**
 * An order to publish `count` messages, numbered from `first`. The payload of a message is its
 * number.
 */
interface Publishing {
  topic: string;
  count: number;
  first?: number;
  qos: QoS;
  retain?: boolean;
  /** Pads each payload to this many bytes. */
  size?: number;
  /**
   * Number of tasks that publish at the same time. Each task publishes an equal share of the
   * messages.
   */
  fibers?: number;
  /** Whether failed messages are retried, as an important message would be. */
  insist?: boolean;
}

interface Subscribing {
  filter: string;
  qos: QoS;
}

export interface Order {
  publish?: Publishing;
  subscribe?: Subscribing[];
  unsubscribe?: string;
  stop?: boolean;
}

/** Options of the client under test, and of its output. */
export interface Setup extends Partial<MqttOptions> {
  port: number;
  /**
   * Whether to print nothing for single messages. A message with the payload `count` asks for their
   * number.
   */
  quiet?: boolean;
}

interface World {
  readonly client: MqttClient;
  readonly platform: Platform;
  readonly quiet: boolean;
  readonly say: (line: string) => void;
}

/**
 * Starts the client, prints its events, and carries out the first order and each order that
 * arrives.
 */
export async function follow(world: World, order: Order): Promise<void> {
  const { client, platform, say } = world;
  client.onConnect = async (sessionPresent) => {
    say(`connected ${sessionPresent} ${client.reconnects}`);
  };
  let losses = 0;
  client.onDisconnect = (reason) => {
    losses++;
    say(`lost ${reason}`);
  };
  client.onConnectFailed = (reason) => {
    say(`failed ${reason}`);
  };
  client.onGranted = (filter, granted) => {
    say(`granted ${filter} ${granted}`);
  };

  let received = 0;
  const onMessage = async (topic: string, payload: Buffer): Promise<void> => {
    received++;
    const text = payload.length > 80 ? `${payload.length} bytes` : payload.toString();
    if (!world.quiet) say(`got ${topic} ${text}`);
    if (text === "count") say(`received ${received}`);
    if (text === "throw") throw new Error("thrown");
    if (text === "slow") {
      await platform.sleep(200);
      say("slow handler ended");
    }
    if (text === "until lost") {
      const before = losses;
      while (losses === before) await platform.sleep(10);
    }
    if (text === "hang") await platform.sleep(1000000);
  };

  const subscribe = async (wanted?: Subscribing): Promise<void> => {
    const { filter, qos } = wanted as Subscribing;
    try {
      const granted = await client.subscribe(filter, qos, onMessage);
      say(`subscribed ${filter} ${granted}`);
    } catch (e) {
      say(`not subscribed ${filter}: ${(e as Error).message}`);
    }
  };

  const unsubscribe = async (filter?: string): Promise<void> => {
    await client.unsubscribe(filter as string);
    say(`unsubscribed ${filter}`);
  };

  const stop = async (): Promise<void> => {
    await client.stop();
    say("stopped");
  };

  const obey = (order: Order): void => {
    for (const wanted of order.subscribe ?? []) platform.start({ run: subscribe }, wanted);
    if (order.publish) startPublishing(world, order.publish);
    if (order.unsubscribe) platform.start({ run: unsubscribe }, order.unsubscribe);
    if (order.stop) platform.start({ run: stop });
  };

  await client.subscribe("do", 0, async (_topic, payload) => {
    obey(JSON.parse(payload.toString()) as Order);
  });
  for (const wanted of order.subscribe ?? []) await subscribe(wanted);
  client.start();
  obey({ publish: order.publish, unsubscribe: order.unsubscribe, stop: order.stop });
}

/**
 * The share of an order's messages that one task publishes: every `step`-th message, starting at
 * `from`.
 */
interface Job {
  world: World;
  order: Publishing;
  from: number;
  step: number;
  /** Number of the order's jobs that have ended. All jobs of the order share this object. */
  all: { ended: number };
}

const PUBLISH = { run: publish };

function startPublishing(world: World, order: Publishing): void {
  const fibers = order.fibers ?? 1;
  const job = { world, order, step: fibers, all: { ended: 0 } };
  for (let i = 0; i < fibers; i++) world.platform.start(PUBLISH, { ...job, from: i });
}

async function publish(job?: Job): Promise<void> {
  const { all, world, order, from, step } = job as Job;
  for (let i = from; i < order.count; i += step) {
    const { qos, retain, topic } = order;
    const payload = numbered(i + (order.first ?? 0), order.size ?? 0);
    for (;;) {
      try {
        await world.client.publish(topic, payload, { qos, retain });
        break;
      } catch (e) {
        world.say(`not published ${i}: ${(e as Error).message}`);
        if (!order.insist) break;
        await world.platform.sleep(50);
      }
    }
  }
  all.ended++;
  if (all.ended === step) world.say(`published ${order.count}`);
}

/** Returns the number as text, padded with dots to `size` bytes. */
function numbered(number: number, size: number): Buffer {
  const text = Buffer.from(`${number}`);
  const { length } = text;
  if (length >= size) return text;
  const payload = Buffer.alloc(size);
  copyBytes(payload, 0, text, 0, length);
  payload[length] = 46;
  // The copied length doubles in each round, because the device would consider a loop of thousands
  // of rounds endless.
  for (let dots = 1; length + dots < size; dots *= 2)
    copyBytes(payload, length + dots, payload, length, Math.min(dots, size - length - dots));
  return payload;
}
