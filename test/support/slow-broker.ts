import { expect } from "vitest";
import { Cluster } from "../../server/cluster/cluster";
import type { HeldReading } from "../../server/cluster/held-readings";
import { shardOf } from "../../server/cluster/sharding";
import type { Shard } from "../../server/setup/cluster-options";

/** A broker that passes each message on to all members, in order, after a delay. */
export class SlowBroker {
  latencyMs = 0;
  /** Extra delay of the messages to a member, ms. */
  readonly lagMs = new Map<Member, number>();
  /** Extra delay of the messages from a member, ms. */
  readonly stallsMs = new Map<Member, number>();
  /** A member that receives no messages from other members. */
  cutOff: Member | undefined;
  private readonly members: Member[] = [];
  private readonly last = new Map<string, string>();

  join(index: number, count = 2): Member {
    const member = new Member({ index, count }, (topic, payload) => {
      this.last.set(topic, payload);
      for (const one of this.members.filter((one) => one === member || one !== this.cutOff))
        setTimeout(
          () => one.hear(topic, payload),
          this.latencyMs + (this.stallsMs.get(member) ?? 0) + (this.lagMs.get(one) ?? 0),
        );
    });
    this.members.push(member);
    member.join();
    return member;
  }

  /** Delivers a server's last beat to a member once more. */
  beats(index: number, to: Member): void {
    for (const [topic, payload] of this.last)
      if (topic.includes(`/${index}of`)) to.hear(topic, payload);
  }
}

/** A server of the cluster, connected to a `SlowBroker`. */
export class Member {
  readonly cluster: Cluster;
  readonly taken: HeldReading[] = [];
  takeovers = 0;
  isPaused = false;
  private readonly waiting: [topic: string, payload: string][] = [];

  constructor(
    shard: Shard,
    private readonly publish: (topic: string, payload: string) => void,
  ) {
    this.cluster = new Cluster(shard, [], () => undefined);
  }

  join(): void {
    this.cluster.join({
      publish: (topic, payload) => {
        if (!this.isPaused) this.publish(topic, payload);
        return Promise.resolve();
      },
      isConnected: () => !this.isPaused,
      onTakeover: (readings) => {
        this.takeovers++;
        this.taken.push(...readings);
      },
      onConflict: (error) => expect.fail(error.message),
    });
  }

  hear(topic: string, payload: string): void {
    if (this.isPaused) this.waiting.push([topic, payload]);
    else this.cluster.receive(topic, payload, false);
  }

  /**
   * Resumes the member. Waiting messages are received before any timer runs, as in a resumed
   * process.
   */
  continue(): void {
    this.isPaused = false;
    for (const [topic, payload] of this.waiting.splice(0)) this.hear(topic, payload);
  }

  /**
   * Whether this member would decide a reading of the device. Without `id`, the device is in the
   * first shard.
   */
  reads(id = FIRST): boolean {
    const nowMs = performance.now();
    return !this.cluster.holdIfForeign(`${id}/telemetry`, Buffer.from("{}"), { atMs: 0, nowMs });
  }
}

/** Ids of two devices, for a cluster of two shards: one device in each shard. */
export const [FIRST, SECOND] = [1, 2].map(
  (shard) => ["a", "b", "c", "d"].find((id) => shardOf(id, 2) === shard) ?? "",
) as [string, string];
