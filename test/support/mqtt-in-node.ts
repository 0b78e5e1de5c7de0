import { MqttClient, nodePlatform, type Platform } from "../../src/mqtt/node/index";
import { follow } from "../programs/orders";
import { type Order, OrderedClient, type Setup } from "./ordered-client";

/** In Node, the pause before a reconnect is shorter than on the device, by this factor. */
const HASTE = 20;

/**
 * The MQTT client in this process. Only its platform differs from that of the client on the device.
 */
export class MqttInNode extends OrderedClient {
  private client: MqttClient | undefined;

  /**
   * @param platform the client's platform; by default Node's, with shorter pauses before a
   * reconnect
   */
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
    // `MqttClient` itself calls `wait` only for the pause before its next attempt to connect.
    wait: (target, ms) => platform.wait(target, target instanceof MqttClient ? ms / HASTE : ms),
  };
}

/**
 * Returns a platform on which time runs `factor` times as fast. Use it only in tests that check
 * that nothing happens.
 */
export function faster(platform: Platform, factor: number): Platform {
  return {
    ...platform,
    now: () => platform.now() * factor,
    sleep: (ms) => platform.sleep(ms / factor),
    wait: (target, ms) => platform.wait(target, ms / factor),
    read: (transport, ms, target) => platform.read(transport, ms / factor, target),
  };
}
