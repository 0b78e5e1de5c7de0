import type { Group } from "../../src/common/groups";
import type { Shard } from "../setup/cluster-options";
import { groupKeys, shardOf } from "./sharding";

/**
 * Which shards this server decides: its own, and those whose server is not there, if it is the
 * next one, in a circle, that is. Pure.
 */
export class Owners {
  private readonly keys: Map<string, string>;
  /** By index - 1. */
  private owned: boolean[];

  constructor(
    private readonly shard: Shard,
    groups: Group[],
  ) {
    this.keys = groupKeys(groups);
    this.owned = Array.from({ length: shard.count }, () => false);
  }

  /** The shards decided here, 1..count. */
  get indices(): number[] {
    return this.owned.flatMap((owned, at) => (owned ? [at + 1] : []));
  }

  /** The shards decided elsewhere, or by nobody. */
  get elsewhere(): number[] {
    return this.owned.flatMap((owned, at) => (owned ? [] : [at + 1]));
  }

  /** The indices of the other servers. */
  get others(): number[] {
    return this.owned.flatMap((_, at) => (at + 1 === this.shard.index ? [] : [at + 1]));
  }

  /** The shard of a device, 1..count: with its group, if it is in one. */
  shardOf(id: string): number {
    return shardOf(this.keys.get(id) ?? id, this.shard.count);
  }

  decides(id: string): boolean {
    return this.owned[this.shardOf(id) - 1] ?? false;
  }

  isInGroup(id: string): boolean {
    return this.keys.has(id);
  }

  /**
   * @param isThere whether another server decides a shard, unless one that is nearer to it does
   * @param isPresent whether the others count on this server; if not, it decides nothing
   * @param isClaimed whether another server may still decide a shard, which then is not taken yet
   * @returns the shards that have come to this server just now
   */
  update(
    isThere: (index: number, shard: number) => boolean,
    isPresent = true,
    isClaimed: (index: number) => boolean = () => false,
  ): number[] {
    const { index: own, count } = this.shard;
    const before = this.owned;
    this.owned = before.map((wasOwned, at) => {
      const circle = before.map((_, step) => ((at + step) % count) + 1);
      const owner = circle.find((index) => (index === own ? isPresent : isThere(index, at + 1)));
      return owner === own && (wasOwned || !isClaimed(at + 1));
    });
    return this.indices.filter((index) => !before[index - 1]);
  }
}
