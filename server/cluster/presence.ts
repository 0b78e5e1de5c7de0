import { type Parsed, parseJsonObject } from "../../src/common/wire";
import { MAX_SHARDS, type Shard } from "../setup/cluster-options";

/** Payload of `nightlight/server/presence/<name>`, retained; empty once the server has left. */
export interface Beat {
  /** A random name of the process. */
  run: string;
  version: string;
  /** When the process started, Unix time, ms. */
  started_ms: number;
  /** Since when it answers what passes the broker, without a gap, Unix time, ms. */
  connected_ms: number;
  /** The shards that it decides, 1..N. It has sent all commands for others that it decided before. */
  shards: number[];
  /** A random name of the time since `connected_ms`; undefined before version 0.2. */
  visit: string | undefined;
  /** Which of the visit's beats it is, from 1; undefined before version 0.2. */
  nth: number | undefined;
  /** The visits of others that it counts on: it decides none of their shards. */
  counts_on: string[] | undefined;
  /** When it was sent, by the sender's monotonic clock, ms; undefined before version 0.2. */
  sent_ms: number | undefined;
  /** How old the newest of its beats was that it had heard then: so far it is behind, ms. */
  behind_ms: number | undefined;
}

/** How often a server says that it is there. */
export const BEAT_MS = 1_000;
/** A server counts as gone after three missed beats. */
export const GONE_MS = 3_500;
/** A server's first beat does not count: others cover what it missed before. */
export const BEATS_TO_LIVE = 2;
/** Strangers may say anything: nobody is waited for longer. */
const BEHIND_MAX_MS = 60_000;
/** Strangers may choose names: beyond this many, new ones are not taken in. */
const MAX_PEERS = 256;

interface Peer {
  beat: Beat;
  /** Since it connected, or was away. */
  beats: number;
  /** By the beats of our own that came before. */
  heardMs: number;
  /** Where the first and the last of these beats lie among the readings. */
  fromPlace: number;
  toPlace: number;
}

/**
 * Which other servers are there, by their beats. Pure: knows no broker and no clock.
 *
 * Time is counted in beats of our own, as the broker passes them back. So another server is silent
 * if nothing of it lies between ours. How long they all take to come says nothing: a broker may be
 * seconds behind with one server and not with the next.
 */
export class Presence {
  private readonly peers = new Map<string, Peer>();
  /** The time of our own beats, ms. */
  nowMs = 0;
  private sinceMs = 0;
  /** The newest beat of our own that has come back, by a monotonic clock, ms. */
  private newestOwn: { sentMs: number; heardMs: number } | undefined;

  /** Our own connection was lost for a while: nobody's silence in it means anything. */
  reconnected(): void {
    for (const [name, peer] of this.peers) if (this.isLiving(name)) peer.heardMs = this.nowMs;
    this.sinceMs = this.nowMs;
  }

  /**
   * A beat of our own has come back. It stands for the time since the one before, but for no more
   * than one beat, if we were held up: the others may have been held up with us. Nor for more than
   * lies between the two where they come: a broker that was busy takes in several at once, and those
   * of others before or after them.
   * @param sentMs when it was sent, by a monotonic clock, ms
   * @param nowMs by the same clock
   */
  heardOwn(sentMs: number, nowMs: number): void {
    const { newestOwn: own } = this;
    if (own && sentMs <= own.sentMs) return;
    if (own) this.nowMs += Math.min(sentMs - own.sentMs, nowMs - own.heardMs, BEAT_MS);
    this.newestOwn = { sentMs, heardMs: nowMs };
  }

  /**
   * @param nowMs by the clock of `heardOwn`
   * @returns how old the newest beat of our own is that has come back; 0 before the first
   */
  behindMs(nowMs: number): number {
    return Math.max(0, Math.round(nowMs - (this.newestOwn?.sentMs ?? nowMs)));
  }

  /** How far behind the slowest of the others was when it was heard last, ms. */
  get othersBehindMs(): number {
    const behind = [...this.peers.values()]
      .filter(({ heardMs }) => this.nowMs - heardMs < 2 * GONE_MS)
      .map(({ beat }) => beat.behind_ms ?? 0);
    return Math.min(BEHIND_MAX_MS, Math.max(0, ...behind));
  }

  /**
   * @param place where the beat lies among the readings
   * @returns whether it is the beat from which on it lives
   */
  heard(name: string, beat: Beat, place: number): boolean {
    const peer = this.peers.get(name);
    if (!peer && this.peers.size >= MAX_PEERS) return false;
    const same = peer?.beat.run === beat.run && peer.beat.connected_ms === beat.connected_ms;
    const beats = same ? peer.beats + 1 : 1;
    // Whose first beat came before we listened was there before.
    const fromPlace = same ? peer.fromPlace : beat.nth === 1 ? place : 0;
    this.peers.set(name, { beat, beats, heardMs: this.nowMs, fromPlace, toPlace: place });
    return beats === BEATS_TO_LIVE;
  }

  /** It said good-bye. */
  left(name: string): void {
    const peer = this.peers.get(name);
    if (!peer) return;
    peer.beats = 0;
    peer.beat = { ...peer.beat, shards: [] };
  }

  /** One that was never heard gets as much time as one that was. */
  isLiving(name: string): boolean {
    const peer = this.peers.get(name);
    if (!peer) return this.nowMs - this.sinceMs < GONE_MS;
    return peer.beats >= BEATS_TO_LIVE && this.nowMs - peer.heardMs < GONE_MS;
  }

  /** Where its first beat since it connected, or was away, lies among the readings. */
  fromPlace(name: string): number | undefined {
    return this.peers.get(name)?.fromPlace;
  }

  /**
   * Whether another of so many servers decides a shard, as far as it was heard.
   * @param afterPlace in a beat that lies behind this
   */
  isClaimed(shard: number, count: number, afterPlace = 0): boolean {
    return [...this.peers].some(
      ([name, { beat, heardMs, toPlace }]) =>
        name.endsWith(`of${count}`) &&
        toPlace > afterPlace &&
        this.nowMs - heardMs < GONE_MS &&
        beat.shards.includes(shard),
    );
  }

  /**
   * @returns whether another server, unless it is gone, knows of our visit and leaves us what is
   * ours. How many of its beats were heard does not matter: it may have beaten before we listened.
   */
  countsOn(name: string, visit: string): boolean {
    const peer = this.peers.get(name);
    if (!peer) return this.nowMs - this.sinceMs >= GONE_MS;
    if (peer.beats === 0 || this.nowMs - peer.heardMs >= GONE_MS) return true;
    return peer.beat.counts_on?.includes(visit) ?? true;
  }

  /** Whether a server says that it counts on another one as it is at present. */
  isCountedOnBy(name: string, other: string): boolean {
    const visit = this.visitOf(other);
    return visit !== undefined && (this.peers.get(name)?.beat.counts_on?.includes(visit) ?? false);
  }

  /** The visit of one that was heard; undefined before version 0.2. */
  visitOf(name: string): string | undefined {
    return this.peers.get(name)?.beat.visit;
  }

  /** The names of those that were heard and live. */
  living(): string[] {
    return [...this.peers.keys()].filter((name) => this.isLiving(name));
  }
}

/** The last part of the topic of its beats. */
export function nameOf({ index, count }: Shard): string {
  return `${index}of${count}`;
}

export function parseBeat(text: string): Parsed<Beat> {
  const { value, error } = parseJsonObject(text);
  if (!value) return { error };
  const {
    run,
    version,
    started_ms,
    connected_ms,
    shards = [],
    visit,
    nth,
    counts_on,
    sent_ms,
    behind_ms,
  } = value;
  if (!isName(run)) return { error: "run: expected text of 1 to 40 characters" };
  if (!isName(version)) return { error: "version: expected text of 1 to 40 characters" };
  if (!isTime(started_ms)) return { error: "started_ms: expected a whole number" };
  if (!isTime(connected_ms)) return { error: "connected_ms: expected a whole number" };
  if (!Array.isArray(shards) || shards.length > MAX_SHARDS || !shards.every(isTime))
    return { error: `shards: expected at most ${MAX_SHARDS} whole numbers` };
  if (visit !== undefined && !isName(visit))
    return { error: "visit: expected text of 1 to 40 characters" };
  if (nth !== undefined && !isTime(nth)) return { error: "nth: expected a whole number" };
  if (counts_on !== undefined && !isNames(counts_on))
    return { error: `counts_on: expected at most ${MAX_PEERS} texts of 1 to 40 characters` };
  if (sent_ms !== undefined && !isTime(sent_ms))
    return { error: "sent_ms: expected a whole number" };
  if (behind_ms !== undefined && !isTime(behind_ms))
    return { error: "behind_ms: expected a whole number" };
  return {
    value: {
      run,
      version,
      started_ms,
      connected_ms,
      shards,
      visit,
      nth,
      counts_on,
      sent_ms,
      behind_ms,
    },
  };
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= 40;
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= MAX_PEERS && value.every(isName);
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
