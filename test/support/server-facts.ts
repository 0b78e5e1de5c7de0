import { metricsOf } from "./metrics";
import type { NightlightProcess } from "./process";
import { until } from "./until";

/** How many commands a server has sent since its start. */
export async function commandsOf({ httpPort }: NightlightProcess): Promise<number> {
  const samples = await metricsOf(`http://localhost:${httpPort}`);
  return [...samples]
    .filter(([name]) => name.startsWith("nightlight_commands_total"))
    .reduce((sum, [, count]) => sum + count, 0);
}

/** Which shards a server decides, as it says; undefined as long as it has said nothing of it. */
export function shardsOf({ output }: NightlightProcess): string | undefined {
  return [...output.matchAll(/Deciding for (?:shard (.*)|no shard) of/g)].at(-1)?.[1];
}

/** Waits until each of these servers, which are all there are, decides its own shard alone. */
export async function untilEachHasItsOwn(servers: NightlightProcess[]): Promise<void> {
  for (const [at, server] of servers.entries())
    await until(`server ${at + 1} has its own shard`, () => shardsOf(server) === `${at + 1}`);
}

/** How often each has said which shards it decides. */
function handovers(servers: NightlightProcess[]): string {
  return servers.map(({ output }) => output.split("Deciding for").length).join();
}

/**
 * Does something while each of these servers, which are all there are, decides its own shard alone.
 * One that is held up for seconds, as on a busy machine, gives way to the others: then what each did
 * by itself can't be told, so it is done again.
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
