import { MqttClient, nodePlatform, type Platform } from "../../src/mqtt/node/index";
import { follow } from "../programs/orders";
import { type Order, OrderedClient, type Setup } from "./ordered-client";

/** How much shorter than on the device the pause before a new connection is. */
const HASTE = 20;

/** The MQTT client in this process: as on the device, but for its platform. */
export class MqttInNode extends OrderedClient {
  private client: MqttClient | undefined;

  /** @param platform by default Node's, which waits less before it connects again */
  static async start(
    setup: Setup,
    order: Order = {},
    platform = hasty(nodePlatform()),
  ): Promise<MqttInNode> {
    const inNode = new MqttInNode();
    const { quiet = false, ...options } = setup;
    const say = (line: string) => void inNode.lines.push(line);
    const client = new MqttClient(platform, {
      host: "127.0.0.1",
      clientId: "device",
      ...options,
      log: (line) => say(`log ${line}`),
    });
    inNode.client = client;
    await follow({ client, platform, quiet, say }, order);
    return inNode;
  }

  async stop(): Promise<void> {
    await this.client?.stop();
  }
}

function hasty(platform: Platform): Platform {
  return {
    ...platform,
    // The client itself waits for nothing but its next try.
    wait: (target, ms) => platform.wait(target, target instanceof MqttClient ? ms / HASTE : ms),
  };
}

/** A platform on which all goes faster: only for tests that wait for nothing to happen. */
export function faster(platform: Platform, factor: number): Platform {
  return {
    ...platform,
    now: () => platform.now() * factor,
    sleep: (ms) => platform.sleep(ms / factor),
    wait: (target, ms) => platform.wait(target, ms / factor),
    read: (transport, ms, target) => platform.read(transport, ms / factor, target),
  };
}
