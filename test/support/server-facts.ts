import { metricsOf } from "./metrics";
import type { NightlightProcess } from "./process";
import { until } from "./until";

/** Number of commands that a server has sent since its start. */
export async function commandsOf({ httpPort }: NightlightProcess): Promise<number> {
  const samples = await metricsOf(`http://localhost:${httpPort}`);
  return [...samples]
    .filter(([name]) => name.startsWith("nightlight_commands_total"))
    .reduce((sum, [, count]) => sum + count, 0);
}

/**
 * The shards that a server decides, according to its log. Undefined if the log has not named them
 * yet.
 */
export function shardsOf({ output }: NightlightProcess): string | undefined {
  return [...output.matchAll(/Deciding for (?:shard (.*)|no shard) of/g)].at(-1)?.[1];
}

/** Waits until each of these servers decides only its own shard. `servers` must be all servers. */
export async function untilEachHasItsOwn(servers: NightlightProcess[]): Promise<void> {
  for (const [at, server] of servers.entries())
    await until(`server ${at + 1} has its own shard`, () => shardsOf(server) === `${at + 1}`);
}

/** For each server, how often it logged the shards that it decides. */
function handovers(servers: NightlightProcess[]): string {
  return servers.map(({ output }) => output.split("Deciding for").length).join();
}

/**
 * Runs `action` while each of these servers decides only its own shard. `servers` must be all
 * servers. A server that is delayed for seconds, as on a busy machine, gives way to the others. The
 * work of each server can't be told apart then, so `action` runs again.
 */
export async function undisturbed(
  servers: NightlightProcess[],
  action: () => Promise<void>,
): Promise<void> {
  await until("no server gives way", async () => {
    await untilEachHasItsOwn(servers);
    const before = handovers(servers);
    await action();
    return handovers(servers) === before;
  });
}
