import type { Group } from "../../src/common/groups";
import type { Shard } from "../setup/cluster-options";
import { shardKeys, shardOf } from "./sharding";

/**
 * The shards that this server decides: its own shard, and the shards of absent servers. For an
 * absent server, the next present one decides, by index and wrapping around. Pure.
 */
export class Owners {
  private readonly keys: Map<string, string>;
  /** Whether this server decides each shard; indexed by shard - 1. */
  private owned: boolean[];

  constructor(
    private readonly shard: Shard,
    groups: Group[],
  ) {
    this.keys = shardKeys(groups);
    this.owned = Array.from({ length: shard.count }, () => false);
  }

  /** The shards that this server decides, 1..count. */
  get indices(): number[] {
    return this.owned.flatMap((owned, at) => (owned ? [at + 1] : []));
  }

  /** The shards that this server does not decide: another server or none decides them. */
  get elsewhere(): number[] {
    return this.owned.flatMap((owned, at) => (owned ? [] : [at + 1]));
  }

  get others(): number[] {
    return this.owned.flatMap((_, at) => (at + 1 === this.shard.index ? [] : [at + 1]));
  }

  /** The shard of a device, 1..count. If the device is in a group, this is the group's shard. */
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
   * @param isThere whether the server `index` can decide the shard. The first such server decides
   * it, counting upwards from the shard's own server and wrapping around.
   * @param isPresent whether the other servers can count on this server; if not, it decides nothing
   * @param isClaimed whether another server may still decide the shard; if so, this server does not
   * take it yet
   * @returns the shards that this server has just taken over
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
