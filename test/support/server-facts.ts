import { metricsOf } from "./metrics";
import type { NightlightProcess } from "./process";

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
