import { MqttDevice } from "./mqtt-device";
import { MqttInNode } from "./mqtt-in-node";
import type { Order, OrderedClient, Setup } from "./ordered-client";

/** Starts the client in one of the environments in which it can run. */
export type Start = (setup: Setup, order?: Order) => Promise<OrderedClient>;

export const IN_NODE: Start = (setup, order) => MqttInNode.start(setup, order);

export const IN_MACHINE: Start = (setup, order) => MqttDevice.start(setup, order);

/**
 * Environments for `describe.each`: behaviour that depends on sockets, memory or scheduling is
 * tested in both.
 */
export const BOTH: [string, Start][] = [
  ["in Node", IN_NODE],
  ["in the virtual machine", IN_MACHINE],
];
