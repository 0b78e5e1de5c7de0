import type { Shard } from "../setup/cluster-options";
import type { HeldReadings } from "./held-readings";
import type { Owners } from "./owners";
import { nameOf, type Presence } from "./presence";

/** The other servers that this one counts on: it leaves them what they are to decide. Pure. */
export class CountedOn {
  /** Where this server's own first beat since it was away lies among the readings. */
  fromPlace = Infinity;
  /** By name of a server that is counted on: where its first beat lies. */
  private readonly since = new Map<string, number>();

  constructor(
    private readonly shard: Shard,
    private readonly owners: Owners,
    private readonly presence: Presence,
    private readonly held: HeldReadings,
  ) {}

  /** Whether another server decides a shard, its own or as the next in the circle. */
  isThere(index: number, shard: number): boolean {
    if (!this.has(index)) return false;
    const [name, owner] = [this.nameOf(index), this.nameOf(shard)];
    // One that counts on the shard's server already has nothing to decide for it.
    return (
      index === shard || !this.presence.isLiving(owner) || !this.presence.isCountedOnBy(name, owner)
    );
  }

  /** The visits of those that are counted on. */
  visits(): string[] {
    const names = this.owners.others.filter((index) => this.has(index)).map(this.nameOf);
    return names.flatMap((name) => this.presence.visitOf(name) ?? []);
  }

  /**
   * Another server decides once all count on it. What came before it was there it has not heard: if
   * nobody has decided that, those must do so first who were there before. Who came later waits for
   * nobody: two would wait for each other.
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
