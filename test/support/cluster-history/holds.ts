import { expect } from "vitest";
import { onlySeed } from "../history-seeds";
import { ServersUnderTest } from "./run";

const SERVERS = 3;
const DEVICES = 30;

/** @param mqttPorts ports of the broker's nodes */
export function startServers(mqttPorts: number[]): Promise<ServersUnderTest> {
  return ServersUnderTest.start(mqttPorts, SERVERS, DEVICES);
}

/**
 * Runs the history of a seed. If a guarantee is violated, fails with the first violation and the
 * command to repeat the seed.
 */
export async function holds(
  servers: ServersUnderTest,
  seed: number,
  failNode?: () => Promise<void>,
): Promise<void> {
  const [first, ...others] = await servers.run(seed, failNode);
  if (!first) return;
  expect.fail(`${servers.excerpt(first)}\nand ${others.length} more; ${onlySeed(seed)}`);
}
