import { UserError } from "../base/user-error";
import type { Shard } from "../setup/cluster-options";
import { type Heartbeat, serverName } from "./presence";

/** Names of servers are untrusted input, so this bounds the warnings and the memory. */
const MAX_WARNINGS = 10;

/** Finds the servers whose `--shard` contradicts that of this server. Pure. */
export class Conflicts {
  private readonly warned = new Set<string>();

  constructor(private readonly shard: Shard) {}

  /**
   * @param name name of a server that has sent a beat
   * @returns a warning, once for each server of a cluster of another size
   */
  warningOf(name: string): string | undefined {
    const isOtherSize = /^\d+of\d+$/.test(name) && !name.endsWith(`of${this.shard.count}`);
    if (!isOtherSize || this.warned.has(name) || this.warned.size >= MAX_WARNINGS) return undefined;
    this.warned.add(name);
    return `Warning: this server is ${serverName(this.shard)}, but another one is ${name}: some devices get two answers`;
  }

  /**
   * Of two servers with the same shard, the one that started later must end.
   * @returns why this server must end; undefined if the other one must
   */
  reasonToEnd(own: Started, other: Started): UserError | undefined {
    const order = other.started_ms - own.started_ms || (other.run < own.run ? -1 : 1);
    if (order > 0) return undefined;
    const { index, count } = this.shard;
    const since = new Date(other.started_ms).toISOString();
    return new UserError(
      `--shard ${index}/${count}: another server has this shard, since ${since}`,
    );
  }
}

type Started = Pick<Heartbeat, "run" | "started_ms">;
