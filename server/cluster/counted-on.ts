import type { Shard } from "../setup/cluster-options";
import type { HeldReadings } from "./held-readings";
import type { Owners } from "./owners";
import { nameOf, type Presence } from "./presence";

/** The other servers that this one counts on, so that it leaves their shards to them. Pure. */
export class CountedOn {
  /**
   * Place among the readings of this server's first beat since it started or came back. Infinity
   * until the broker has passed that beat back.
   */
  fromPlace = Infinity;
  /** By name of a server that this one counts on: the place of that server's first beat. */
  private readonly since = new Map<string, number>();

  constructor(
    private readonly shard: Shard,
    private readonly owners: Owners,
    private readonly presence: Presence,
    private readonly held: HeldReadings,
  ) {}

  /** Whether another server decides a shard, either as its owner or as the owner's stand-in. */
  isThere(index: number, shard: number): boolean {
    if (!this.has(index)) return false;
    const [name, owner] = [this.nameOf(index), this.nameOf(shard)];
    // A server that counts on the shard's owner leaves the shard to it, so it is no stand-in.
    return (
      index === shard || !this.presence.isLiving(owner) || !this.presence.isCountedOnBy(name, owner)
    );
  }

  /** The visits of the servers that this one counts on. */
  visits(): string[] {
    const names = this.owners.others.filter((index) => this.has(index)).map(this.nameOf);
    return names.flatMap((name) => this.presence.visitOf(name) ?? []);
  }

  /**
   * Whether this server counts on another one. A server decides only once all others count on it.
   * It has not received the readings from before its first beat. If any of those are still
   * undecided, the servers that were present before it must decide them first, and do not count on
   * it until then. A server that came later than the other one does not wait for this: otherwise
   * two servers would wait for each other.
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

  private readonly nameOf = (index: number): string => nameOf({ index, count: this.shard.count });
}
