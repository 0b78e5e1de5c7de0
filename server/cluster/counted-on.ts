import type { Shard } from "../setup/cluster-options";
import type { HeldReadings } from "./held-readings";
import type { Owners } from "./owners";
import { type Presence, serverName } from "./presence";

/**
 * Tracks which other servers this server counts on. This server leaves their shards to them. Pure.
 */
export class CountedOn {
  /**
   * The place, among the held readings, of the first beat of this server's present incarnation.
   * Infinity until the broker has passed that beat back.
   */
  fromPlace = Infinity;
  /** The servers that this server counts on, by name, with the place of each one's first beat. */
  private readonly since = new Map<string, number>();

  constructor(
    private readonly shard: Shard,
    private readonly owners: Owners,
    private readonly presence: Presence,
    private readonly held: HeldReadings,
  ) {}

  /**
   * Whether the server `index` decides the shard, either as its owner or as the owner's stand-in.
   */
  isThere(index: number, shard: number): boolean {
    if (!this.has(index)) return false;
    const [name, owner] = [this.nameOf(index), this.nameOf(shard)];
    // A server that counts on the shard's owner leaves the shard to that owner, so it is no
    // stand-in.
    return (
      index === shard || !this.presence.isLiving(owner) || !this.presence.isCountedOnBy(name, owner)
    );
  }

  /**
   * Names of the present incarnations of the servers that this server counts on; see
   * `Heartbeat.visit`.
   */
  incarnations(): string[] {
    const names = this.owners.others.filter((index) => this.has(index)).map(this.nameOf);
    return names.flatMap((name) => this.presence.incarnationOf(name) ?? []);
  }

  /**
   * Whether this server counts on the server `index`. A server decides only once all others count
   * on it. A new server has not received the readings from before its first beat. If any of those
   * readings are still undecided, the servers that were present before must decide them first, and
   * only then count on the new server. A server that arrived after the server `index` does not wait
   * for this: otherwise two servers would wait for each other.
   */
  private has(index: number): boolean {
    const { held, owners, presence, shard } = this;
    const name = this.nameOf(index);
    const fromPlace = presence.fromPlace(name);
    if (!presence.isLiving(name)) return false;
    if (fromPlace === undefined || this.since.get(name) === fromPlace) return true;
    const isOpen = (one: number) =>
      one !== shard.index && !presence.isClaimed(one, shard.count, fromPlace);
    const open = fromPlace > this.fromPlace ? owners.elsewhere.filter(isOpen) : [];
    if (open.length > 0 && held.hasBefore(fromPlace, (id) => open.includes(owners.shardOf(id))))
      return false;
    this.since.set(name, fromPlace);
    return true;
  }

  private readonly nameOf = (index: number): string =>
    serverName({ index, count: this.shard.count });
}
