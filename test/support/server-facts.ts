import { metricsOf } from "./metrics";
import type { NightlightProcess } from "./process";
import { until } from "./until";

/** Returns the number of commands that a server has sent since its start. */
export async function commandsOf({ httpPort }: NightlightProcess): Promise<number> {
  const samples = await metricsOf(`http://localhost:${httpPort}`);
  return [...samples]
    .filter(([name]) => name.startsWith("nightlight_commands_total"))
    .reduce((sum, [, count]) => sum + count, 0);
}

/**
 * Returns the shards that a server decides, according to its log. Undefined if the log has not
 * named any shards yet.
 */
export function shardsOf({ output }: NightlightProcess): string | undefined {
  return [...output.matchAll(/Deciding for (?:shard (.*)|no shard) of/g)].at(-1)?.[1];
}

/** Waits until each of these servers decides only its own shard. `servers` must be all servers. */
export async function untilEachOwnsItsShard(servers: NightlightProcess[]): Promise<void> {
  for (const [at, server] of servers.entries())
    await until(`server ${at + 1} has its own shard`, () => shardsOf(server) === `${at + 1}`);
}

/**
 * Returns, for each server, how often it logged the shards that it decides. The text changes at
 * each handover.
 */
function handovers(servers: NightlightProcess[]): string {
  return servers.map(({ output }) => output.split("Deciding for").length).join();
}

/**
 * Runs `action` while each of these servers decides only its own shard. `servers` must be all
 * servers. If a server is delayed for seconds, as on a busy machine, the others take over its
 * shard, and the work of each server can't be told apart. In this case `action` runs again.
 */
export async function runUndisturbed(
  servers: NightlightProcess[],
  action: () => Promise<void>,
): Promise<void> {
  await until("no server gives way", async () => {
    await untilEachOwnsItsShard(servers);
    const before = handovers(servers);
    await action();
    return handovers(servers) === before;
  });
}
