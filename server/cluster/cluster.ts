import { randomBytes } from "node:crypto";
import type { Group } from "../../src/common/groups";
import { topicOf } from "../../src/common/wire";
import type { Log } from "../base/log";
import type { UserError } from "../base/user-error";
import { VERSION } from "../base/version";
import { waitFor } from "../base/wait-for";
import type { Shard } from "../setup/cluster-options";
import { Conflicts } from "./conflicts";
import { CountedOn } from "./counted-on";
import { type HeldReading, HeldReadings } from "./held-readings";
import { Incarnation } from "./incarnation";
import { Owners } from "./owners";
import {
  DEAD_AFTER_MS,
  type Heartbeat,
  HEARTBEAT_INTERVAL_MS,
  parseHeartbeat,
  Presence,
  serverName,
} from "./presence";

const PRESENCE_TOPIC = "nightlight/server/presence/";
const TELEMETRY = topicOf("", "telemetry");
/**
 * How long readings for other servers are held, ms: the time to detect a dead server, plus two
 * beats for delivery.
 */
const HOLD_MS = DEAD_AFTER_MS + 2 * HEARTBEAT_INTERVAL_MS;
/**
 * How long `stop` waits for another server's beat, ms. Any live server sends at least one beat in
 * this time.
 */
const FAREWELL_MS = 1.2 * HEARTBEAT_INTERVAL_MS;

/** The parts of the server that `Cluster` calls. */
export interface ClusterHost {
  /** Publishes a retained message at QoS 1; resolves once the broker has acknowledged it. */
  publish: (topic: string, payload: string) => Promise<unknown>;
  isConnected: () => boolean;
  /**
   * Called when this server takes shards over, with the readings held for those shards and all
   * groups that this server now decides.
   */
  onTakeover: (readings: HeldReading[], groups: Group[]) => void;
  /** Called when another server has this server's shard, so that this process must end. */
  onConflict: (error: UserError) => void;
}

/**
 * This server as one of several on a broker: tracks which servers are alive, and which of them
 * decides for which shard.
 */
export class Cluster {
  /** This server's index and the number of shards, such as `1of3`. */
  readonly name: string;
  /** MQTT filter for the topics that `receive` handles. */
  readonly filter = `${PRESENCE_TOPIC}+`;
  private readonly run = randomName(4);
  private readonly startedMs = Date.now();
  private readonly owners: Owners;
  private readonly presence = new Presence();
  private readonly held = new HeldReadings(HOLD_MS);
  private readonly conflicts: Conflicts;
  private timer: NodeJS.Timeout | undefined;
  private host: ClusterHost | undefined;
  private incarnation = newIncarnation();
  private othersBeats = 0;
  private readonly countedOn: CountedOn;
  private isReplaced = false;
  /** Set during shutdown: `isLeaving` if other servers take over, `hasLeft` after the last beat. */
  private isLeaving = false;
  private hasLeft = false;

  constructor(
    private readonly shard: Shard,
    private readonly groups: Group[],
    private readonly log: Log,
  ) {
    this.conflicts = new Conflicts(shard);
    this.owners = new Owners(shard, groups);
    this.countedOn = new CountedOn(shard, this.owners, this.presence, this.held);
    this.name = serverName(shard);
  }

  /**
   * Suffix of the MQTT client id. It differs for each run, so two runs never disconnect each other.
   */
  get suffix(): string {
    return `_${this.name}_${this.run}`;
  }

  /** Joins the cluster. Call once the subscriptions are made. */
  join(host: ClusterHost): void {
    this.host = host;
    this.connected();
  }

  /** Starts a new incarnation. Call after each reconnect. */
  connected(): void {
    this.presence.reconnected();
    this.held.clear();
    this.returned();
  }

  /** Whether this server decides for the device, sends its commands and publishes on its behalf. */
  decides(id: string): boolean {
    return this.owners.decides(id);
  }

  /** Whether no other server is alive. Any live server may have taken over during an outage. */
  get isAlone(): boolean {
    return this.presence.living().length === 0;
  }

  /**
   * @returns true if the message is a reading that another server decides. Such a reading is not
   * parsed, but held for a while in case that server has died.
   */
  holdIfForeign(
    topic: string,
    payload: Buffer,
    came: Pick<HeldReading, "atMs" | "nowMs">,
  ): boolean {
    if (!topic.endsWith(TELEMETRY)) return false;
    this.noticeAbsence();
    const id = topic.slice(0, -TELEMETRY.length);
    if (this.owners.decides(id) || this.owners.isInGroup(id)) return false;
    this.held.hold(id, { topic, payload, ...came }, this.presence.nowMs);
    return true;
  }

  /**
   * Handles a beat or a goodbye message of any server.
   * @returns the error, if the message is invalid
   */
  receive(topic: string, text: string, retained: boolean): string | undefined {
    if (!topic.startsWith(PRESENCE_TOPIC)) return undefined;
    // A process that was held up has received no beats, and must not consider the other servers
    // dead.
    this.noticeAbsence();
    const name = topic.slice(PRESENCE_TOPIC.length);
    // A retained beat may come from a server that stopped long ago.
    if (retained) return undefined;
    if (text === "") this.presence.left(name);
    else {
      const { value, error } = parseHeartbeat(text);
      if (!value) return error;
      if (value.run === this.run) this.heardOwn(value);
      else if (name === this.name) this.doubled(value);
      else this.heard(name, value);
    }
    this.update();
    return undefined;
  }

  /**
   * Leaves the cluster.
   * @returns whether another server is alive and takes over
   */
  async stop(): Promise<boolean> {
    clearInterval(this.timer);
    if (this.isReplaced) return true;
    if (!this.host?.isConnected()) return false;
    // The other servers decide as soon as they receive the goodbye message, so this server stops
    // deciding before it publishes that message.
    this.isLeaving = !this.isAlone;
    this.update();
    this.hasLeft = true;
    await this.host.publish(PRESENCE_TOPIC + this.name, "");
    if (!this.isLeaving) return false;
    // The other server may be shutting down too, so wait for one more beat of another server.
    const before = this.othersBeats;
    return await waitFor(() => this.othersBeats !== before, FAREWELL_MS, 20);
  }

  private heardOwn(beat: Heartbeat): void {
    if (beat.sent_ms !== undefined) this.presence.heardOwn(beat.sent_ms, performance.now());
    if (beat.connected_ms !== this.incarnation.sinceMs) return;
    if (this.incarnation.heartbeatCameBack(performance.now()))
      this.countedOn.fromPlace = this.held.mark();
  }

  private heard(name: string, beat: Heartbeat): void {
    this.othersBeats++;
    const { index, count } = this.shard;
    const isOfOurs = name.endsWith(`of${count}`);
    // The other server considers this one dead and decides for our shard. If both decide, each
    // reading is answered twice.
    const isStandIn = beat.shards.includes(index) && this.owners.indices.includes(index);
    if (isOfOurs && isStandIn) this.returned();
    // A server that has just become alive decides once one of our beats says that we have released
    // its shard and count on that server. So a beat is published at once.
    if (this.presence.heard(name, beat, this.held.mark()) && !this.update()) this.beat();
    const warning = this.conflicts.warningOf(name);
    if (warning) this.log("server", warning, { level: "warn" });
  }

  /** Ends this server, or announces it again, if another server has the same shard. */
  private doubled(other: Heartbeat): void {
    const own = { run: this.run, started_ms: this.startedMs };
    const error = this.conflicts.reasonToEnd(own, other);
    if (!error) return this.beat();
    if (this.isReplaced) return;
    this.isReplaced = true;
    clearInterval(this.timer);
    this.host?.onConflict(error);
  }

  private tick(): void {
    if (this.noticeAbsence()) return;
    this.incarnation.ran(performance.now());
    if (!this.host?.isConnected()) return;
    this.beat();
    this.forgetDecided();
  }

  /**
   * Forgets held readings that are too old to be still undecided. While any shard has no server, no
   * reading is forgotten: the readings of that shard may be undecided however old they are.
   */
  private forgetDecided(): void {
    const { held, owners, presence, shard } = this;
    const isDecided = (index: number) => presence.isClaimed(index, shard.count);
    if (owners.elsewhere.every(isDecided)) held.prune(presence.nowMs, presence.othersBehindMs);
  }

  private beat(): void {
    // While disconnected, the client would queue a beat and send it after the next connect.
    if (this.hasLeft || !this.host?.isConnected()) return;
    const beat: Heartbeat = {
      run: this.run,
      version: VERSION,
      started_ms: this.startedMs,
      connected_ms: this.incarnation.sinceMs,
      shards: this.owners.indices,
      visit: this.incarnation.name,
      nth: this.incarnation.nextHeartbeat(),
      counts_on: this.countedOn.incarnations(),
      sent_ms: Math.round(performance.now()),
      behind_ms: this.presence.behindMs(performance.now()),
    };
    // Beats have the same QoS as readings: at another QoS, the broker could let a beat overtake
    // readings. If publishing fails, the other servers see a missed beat.
    this.host.publish(PRESENCE_TOPIC + this.name, JSON.stringify(beat)).catch(() => undefined);
  }

  /**
   * Starts a new incarnation if this server was away: it was held up, or the broker passed nothing
   * back. Another server may have taken over and decided the readings that still wait in our
   * socket: if we decided them as well, an old reading would be answered after newer ones.
   * @returns whether this server was away
   */
  private noticeAbsence(): boolean {
    if (this.hasLeft || this.isReplaced) return false;
    const nowMs = performance.now();
    const wasHeldUp = this.incarnation.wasHeldUp(nowMs);
    const wasAway = wasHeldUp || this.incarnation.isCutOff(nowMs);
    if (wasHeldUp) this.held.pruneByAge(nowMs);
    if (wasAway) this.returned();
    return wasAway;
  }

  /**
   * Starts a new incarnation: the other servers cover for this server until they count on it again.
   */
  private returned(): void {
    this.incarnation = newIncarnation();
    this.countedOn.fromPlace = Infinity;
    // The second beat makes this server count as alive, so the timer restarts: the second beat must
    // come a full interval after the first.
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), HEARTBEAT_INTERVAL_MS);
    if (!this.update()) this.beat();
  }

  /**
   * @returns true if this server's shards have changed; a beat with the new shards is then
   * published
   */
  private update(): boolean {
    const { owners, shard, incarnation } = this;
    if (this.isReplaced) return false;
    const isPresent = incarnation.isPresent && !this.isLeaving;
    const before = owners.indices.join();
    const others = owners.others.map((index) => serverName({ index, count: shard.count }));
    incarnation.isCountedOn ||=
      isPresent && others.every((name) => this.presence.countsOn(name, incarnation.name));
    const taken = owners.update(
      (index, of) => this.countedOn.isThere(index, of),
      isPresent,
      (index) => !incarnation.isCountedOn || this.presence.isClaimed(index, shard.count),
    );
    if (owners.indices.join() === before) return false;
    const which = owners.indices.length > 0 ? `shard ${owners.indices.join(", ")}` : "no shard";
    this.log("server", `Deciding for ${which} of ${shard.count}`);
    // This beat is published after the last command for the shards we hand over. The new owner of
    // those shards waits for this beat.
    this.beat();
    if (taken.length === 0) return true;
    const readings = this.held.take((id) => owners.decides(id));
    const groups = this.groups.filter(({ lights: [light] }) => light && owners.decides(light));
    this.host?.onTakeover(readings, groups);
    return true;
  }
}

function newIncarnation(): Incarnation {
  return new Incarnation(randomName(3), Date.now(), performance.now());
}

function randomName(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
