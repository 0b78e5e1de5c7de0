import { randomBytes } from "node:crypto";
import type { Group } from "../../src/common/groups";
import { topicOf } from "../../src/common/wire";
import type { Log } from "../base/log";
import { UserError } from "../base/user-error";
import { VERSION } from "../base/version";
import type { Shard } from "../setup/cluster-options";
import { CountedOn } from "./counted-on";
import { type HeldReading, HeldReadings } from "./held-readings";
import { Owners } from "./owners";
import {
  type Beat,
  BEAT_MS,
  BEATS_TO_LIVE,
  GONE_MS,
  nameOf,
  parseBeat,
  Presence,
} from "./presence";

const PRESENCE_TOPIC = "nightlight/server/presence/";
const TELEMETRY = topicOf("", "telemetry");
/** As long as it may take until another's end is noticed, and two beats for the way. */
const HOLD_MS = GONE_MS + 2 * BEAT_MS;
/**
 * A server that was held up, or heard nothing, for so long may have lost its place: its last beat may
 * have been lost with the connection.
 */
export const SURE_MS = GONE_MS - BEAT_MS;
/** A server that lives is heard within this. */
const FAREWELL_MS = 1.2 * BEAT_MS;

/** What a cluster needs of the server that it is a part of. */
export interface Host {
  /** Retained, at QoS 1; resolves once the broker has it. */
  publish: (topic: string, payload: string) => Promise<unknown>;
  isConnected: () => boolean;
  /** These came for another server, which is not there to decide them; and its groups. */
  onTakeover: (readings: HeldReading[], groups: Group[]) => void;
  /** This server must end: another one has its place. */
  onConflict: (error: UserError) => void;
}

/** This server as one of several on a broker: who else is there, and who decides what. */
export class Cluster {
  /** Differs from that of every other server. */
  readonly name: string;
  /** The filter of the topics that `receive` wants. */
  readonly filter = `${PRESENCE_TOPIC}+`;
  private readonly run = randomName(4);
  private readonly startedMs = Date.now();
  private readonly owners: Owners;
  private readonly presence = new Presence();
  private readonly held = new HeldReadings(HOLD_MS);
  private readonly strangers = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private host: Host | undefined;
  private connectedMs = Date.now();
  private visit = randomName(3);
  /** All others count on it since then. Before, one may stand in for it that has not heard of it. */
  private isCounted = false;
  /** When the broker last passed on a beat of this server, and when this process last ran. */
  private echoMs = performance.now();
  private ranMs = performance.now();
  /**
   * Since it started, or was away, as the broker passed them on: all servers see a beat at the same
   * place among the readings.
   */
  private beats = 0;
  private beatsSent = 0;
  private othersBeats = 0;
  private readonly countedOn: CountedOn;
  private isReplaced = false;
  /** Others go on; and nothing is said any more. */
  private isLeaving = false;
  private hasLeft = false;

  constructor(
    private readonly shard: Shard,
    private readonly groups: Group[],
    private readonly log: Log,
  ) {
    this.owners = new Owners(shard, groups);
    this.countedOn = new CountedOn(shard, this.owners, this.presence, this.held);
    this.name = nameOf(shard);
  }

  /** For a client id: two runs never throw each other out. */
  get suffix(): string {
    return `_${this.name}_${this.run}`;
  }

  /** To be called once the subscriptions are made. */
  join(host: Host): void {
    this.host = host;
    this.connected();
  }

  /** To be called after a lost connection. */
  connected(): void {
    this.presence.reconnected();
    this.held.clear();
    this.returned();
  }

  /** Whether this server decides for the device, and speaks of it and to it. */
  decides(id: string): boolean {
    return this.owners.decides(id);
  }

  /** Whether no other server is there, which could have taken over meanwhile. */
  get isAlone(): boolean {
    return this.presence.living().length === 0;
  }

  /**
   * @returns true if the message is a reading that another server decides. It is not parsed, but
   * held for a while, in case that server has died.
   */
  leaves(topic: string, payload: Buffer, came: Pick<HeldReading, "atMs" | "nowMs">): boolean {
    if (!topic.endsWith(TELEMETRY)) return false;
    this.noticeAbsence();
    const id = topic.slice(0, -TELEMETRY.length);
    if (this.owners.decides(id) || this.owners.isInGroup(id)) return false;
    this.held.hold(id, { topic, payload, ...came }, this.presence.nowMs);
    return true;
  }

  /** @returns what is wrong with the message */
  receive(topic: string, text: string, retained: boolean): string | undefined {
    if (!topic.startsWith(PRESENCE_TOPIC)) return undefined;
    // Who was held up has heard nobody meanwhile, and must not take them for gone.
    this.noticeAbsence();
    const name = topic.slice(PRESENCE_TOPIC.length);
    // What is retained may be from a server that is long gone.
    if (retained) return undefined;
    if (text === "") this.presence.left(name);
    else {
      const { value, error } = parseBeat(text);
      if (!value) return error;
      if (value.run === this.run) this.heardOwn(value);
      else if (name === this.name) this.doubled(value);
      else this.heard(name, value);
    }
    this.update();
    return undefined;
  }

  /** @returns whether another server goes on */
  async stop(): Promise<boolean> {
    clearInterval(this.timer);
    if (this.isReplaced) return true;
    if (!this.host?.isConnected()) return false;
    // The others decide from the good-bye on.
    this.isLeaving = !this.isAlone;
    this.update();
    this.hasLeft = true;
    await this.host.publish(PRESENCE_TOPIC + this.name, "");
    if (!this.isLeaving) return false;
    // The other may have ended just now, too.
    const before = this.othersBeats;
    const endMs = performance.now() + FAREWELL_MS;
    while (this.othersBeats === before && performance.now() < endMs)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return this.othersBeats !== before;
  }

  private heardOwn(beat: Beat): void {
    if (beat.sent_ms !== undefined) this.presence.heardOwn(beat.sent_ms, performance.now());
    if (beat.connected_ms !== this.connectedMs) return;
    if (this.beats++ === 0) this.countedOn.fromPlace = this.held.mark();
    this.echoMs = performance.now();
  }

  private heard(name: string, beat: Beat): void {
    this.othersBeats++;
    const { index, count } = this.shard;
    const isOfOurs = name.endsWith(`of${count}`);
    // It has taken this server for gone. Two that decide answer each reading at two times.
    const isStandIn = beat.shards.includes(index) && this.owners.indices.includes(index);
    if (isOfOurs && isStandIn) this.returned();
    // It waits to be told that we have let go of what is its own.
    if (this.presence.heard(name, beat, this.held.mark()) && !this.update()) this.beat();
    if (isOfOurs || !/^\d+of\d+$/.test(name)) return;
    if (this.strangers.has(name) || this.strangers.size >= 10) return;
    this.strangers.add(name);
    this.log(
      "server",
      `Warning: beside this server, which is ${this.name}, there is ${name}: some devices get two answers`,
      { level: "warn" },
    );
  }

  /** Of two with the same place, the later one goes. */
  private doubled(other: Beat): void {
    const order = other.started_ms - this.startedMs || (other.run < this.run ? -1 : 1);
    if (order > 0) {
      this.beat();
      return;
    }
    if (this.isReplaced) return;
    this.isReplaced = true;
    clearInterval(this.timer);
    const since = new Date(other.started_ms).toISOString();
    this.host?.onConflict(
      new UserError(
        `--shard ${this.name.replace("of", "/")}: another server is that already, since ${since}`,
      ),
    );
  }

  private tick(): void {
    if (this.noticeAbsence()) return;
    this.ranMs = performance.now();
    if (!this.host?.isConnected()) return;
    this.beat();
    this.forgetDecided();
  }

  /** A shard that no server decides may have readings from long ago that were not decided. */
  private forgetDecided(): void {
    const { held, owners, presence, shard } = this;
    const isDecided = (index: number) => presence.isClaimed(index, shard.count);
    if (owners.elsewhere.every(isDecided)) held.prune(presence.nowMs, presence.othersBehindMs);
  }

  private beat(): void {
    // What is published now would be sent after the next connect.
    if (this.hasLeft || !this.host?.isConnected()) return;
    const beat: Beat = {
      run: this.run,
      version: VERSION,
      started_ms: this.startedMs,
      connected_ms: this.connectedMs,
      shards: this.owners.indices,
      visit: this.visit,
      nth: ++this.beatsSent,
      counts_on: this.countedOn.visits(),
      sent_ms: Math.round(performance.now()),
      behind_ms: this.presence.behindMs(performance.now()),
    };
    // As the readings, or the broker would let it overtake them. Lost, it is one that was missed.
    this.host.publish(PRESENCE_TOPIC + this.name, JSON.stringify(beat)).catch(() => undefined);
  }

  /**
   * A process that was held up for so long may have lost its place. What then waits in its socket is
   * decided by another server already: it would answer old readings after newer ones. The same holds
   * if the broker passes nothing on. But who waits to return waits as long as a slow broker takes.
   * @returns whether this server was away
   */
  private noticeAbsence(): boolean {
    if (this.hasLeft || this.isReplaced) return false;
    const nowMs = performance.now();
    const isSilent = this.isPresent && nowMs - this.echoMs >= SURE_MS;
    const wasHeldUp = nowMs - this.ranMs >= SURE_MS;
    if (wasHeldUp) this.held.outlived(nowMs);
    if (isSilent || wasHeldUp) this.returned();
    return isSilent || wasHeldUp;
  }

  /** Whether the others have heard enough of this server to count on it. */
  private get isPresent(): boolean {
    return !this.isLeaving && this.beats >= BEATS_TO_LIVE;
  }

  /** The others stand in for this server until they count on it again. */
  private returned(): void {
    this.connectedMs = Date.now();
    this.visit = randomName(3);
    this.isCounted = false;
    this.beats = this.beatsSent = 0;
    this.countedOn.fromPlace = Infinity;
    this.echoMs = this.ranMs = performance.now();
    // The second beat counts, so it comes a whole interval after the first.
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), BEAT_MS);
    if (!this.update()) this.beat();
  }

  /** @returns whether something changed, and a beat said so */
  private update(): boolean {
    const { owners, shard } = this;
    if (this.isReplaced) return false;
    const before = owners.indices.join();
    const others = owners.others.map((index) => nameOf({ index, count: shard.count }));
    this.isCounted ||=
      this.isPresent && others.every((name) => this.presence.countsOn(name, this.visit));
    const taken = owners.update(
      (index, of) => this.countedOn.isThere(index, of),
      this.isPresent,
      (index) => !this.isCounted || this.presence.isClaimed(index, shard.count),
    );
    if (owners.indices.join() === before) return false;
    const which = owners.indices.length > 0 ? `shard ${owners.indices.join(", ")}` : "no shard";
    this.log("server", `Deciding for ${which} of ${shard.count}`);
    // Behind the last command for what was handed over: who takes it waits for this.
    this.beat();
    if (taken.length === 0) return true;
    const readings = this.held.take((id) => owners.decides(id));
    const groups = this.groups.filter(({ lights: [light] }) => light && owners.decides(light));
    this.host?.onTakeover(readings, groups);
    return true;
  }
}

function randomName(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
