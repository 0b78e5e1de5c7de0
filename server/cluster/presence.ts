import { type Parsed, parseJsonObject } from "../../src/common/wire";
import { MAX_SHARDS, type Shard } from "../setup/cluster-options";

/** Payload of `nightlight/server/presence/<name>`, retained; empty once the server has left. */
export interface Heartbeat {
  /** Random name of the process. */
  run: string;
  version: string;
  /** When the process started, Unix time, ms. */
  started_ms: number;
  /** Since when the server has received and answered readings without a gap, Unix time, ms. */
  connected_ms: number;
  /**
   * The shards that the server decides, 1..N. Its last command for any other shard was sent before
   * this beat.
   */
  shards: number[];
  /**
   * Random name of the present incarnation, the time since `connected_ms`; undefined before version
   * 0.2.
   */
  visit: string | undefined;
  /** Number of the beat within the incarnation, from 1; undefined before version 0.2. */
  nth: number | undefined;
  /**
   * The incarnations of the servers that the sender counts on: the sender decides none of their
   * shards.
   */
  counts_on: string[] | undefined;
  /** When the beat was sent, by the sender's monotonic clock, ms; undefined before version 0.2. */
  sent_ms: number | undefined;
  /**
   * How far the broker lags behind with the sender, ms: when this beat was sent, the age of the
   * newest of the sender's beats that the broker had passed back.
   */
  behind_ms: number | undefined;
}

/** Interval between two beats of a server, ms. */
export const HEARTBEAT_INTERVAL_MS = 1_000;
/** Silence after which a server is considered dead, ms: three missed beats. */
export const DEAD_AFTER_MS = 3_500;
/**
 * Number of beats after which a server counts as alive. One beat is not enough: the other servers
 * must first decide the readings that the new server missed.
 */
export const HEARTBEATS_UNTIL_ALIVE = 2;
/**
 * Maximum value used of a peer's `behind_ms`, ms. Beats are untrusted input, so this bounds how
 * long readings are held.
 */
const BEHIND_MAX_MS = 60_000;
/** Maximum number of peers. Their names are untrusted input, so this bounds the memory. */
const MAX_PEERS = 256;

interface Peer {
  beat: Heartbeat;
  /** Number of beats received in the peer's present incarnation; 0 once the peer has left. */
  beats: number;
  /**
   * When the peer's last beat was received or, if later, when we reconnected; by `Presence.nowMs`.
   */
  heardMs: number;
  /**
   * Places, among the held readings, of the first and last beat of the peer's present incarnation.
   */
  fromPlace: number;
  toPlace: number;
}

/**
 * Tracks which other servers are alive, by their beats. Pure: knows no broker and no clock.
 *
 * Time (`nowMs`) is counted in our own beats, as the broker passes them back. A peer is silent if
 * our beats come back without any of the peer's beats between them. A delay that all beats share
 * does not count as silence: a broker may be seconds behind with one server and up to date with the
 * next.
 */
export class Presence {
  private readonly peers = new Map<string, Peer>();
  /** Elapsed time, counted in our own beats, ms. */
  nowMs = 0;
  private sinceMs = 0;
  /** When our newest beat that the broker has passed back was sent and received; monotonic, ms. */
  private newestOwn: { sentMs: number; heardMs: number } | undefined;

  /**
   * Restarts the measurement of all live peers' silence. Called after a reconnect, because no beat
   * could be received while our connection was lost.
   */
  reconnected(): void {
    for (const [name, peer] of this.peers) if (this.isLiving(name)) peer.heardMs = this.nowMs;
    this.sinceMs = this.nowMs;
  }

  /**
   * Advances `nowMs`. Called when the broker has passed back one of our beats. `nowMs` advances by
   * the time between sending this beat and our previous one, but by no more than
   * - one interval: if we were held up, the peers may have been held up with us;
   * - the time between the arrivals of the two beats: a busy broker takes in several of our beats
   *   at once, and the peers' beats before or after all of them.
   * @param sentMs when the beat was sent, by a monotonic clock, ms
   * @param nowMs the present time, by the same clock, ms
   */
  heardOwn(sentMs: number, nowMs: number): void {
    const { newestOwn: own } = this;
    if (own && sentMs <= own.sentMs) return;
    if (own)
      this.nowMs += Math.min(sentMs - own.sentMs, nowMs - own.heardMs, HEARTBEAT_INTERVAL_MS);
    this.newestOwn = { sentMs, heardMs: nowMs };
  }

  /**
   * @param nowMs the present time, by the clock of `heardOwn`, ms
   * @returns the age of our newest beat that the broker has passed back, ms; 0 before the first
   */
  behindMs(nowMs: number): number {
    return Math.max(0, Math.round(nowMs - (this.newestOwn?.sentMs ?? nowMs)));
  }

  /**
   * How far the broker lags behind with the slowest peer, according to the peers' last beats, ms.
   */
  get othersBehindMs(): number {
    const behind = [...this.peers.values()]
      .filter(({ heardMs }) => this.nowMs - heardMs < 2 * DEAD_AFTER_MS)
      .map(({ beat }) => beat.behind_ms ?? 0);
    return Math.min(BEHIND_MAX_MS, Math.max(0, ...behind));
  }

  /**
   * Takes in a peer's beat.
   * @param place the beat's place among the readings
   * @returns true if this beat makes the peer count as alive
   */
  heard(name: string, beat: Heartbeat, place: number): boolean {
    const peer = this.peers.get(name);
    if (!peer && this.peers.size >= MAX_PEERS) return false;
    const same = peer?.beat.run === beat.run && peer.beat.connected_ms === beat.connected_ms;
    const beats = same ? peer.beats + 1 : 1;
    // If we missed the peer's first beat, the peer was present before we subscribed.
    const fromPlace = same ? peer.fromPlace : beat.nth === 1 ? place : 0;
    this.peers.set(name, { beat, beats, heardMs: this.nowMs, fromPlace, toPlace: place });
    return beats === HEARTBEATS_UNTIL_ALIVE;
  }

  /** Called when a peer has published its goodbye message. */
  left(name: string): void {
    const peer = this.peers.get(name);
    if (!peer) return;
    peer.beats = 0;
    peer.beat = { ...peer.beat, shards: [] };
  }

  /**
   * Whether a peer is alive. A peer without any beat counts as alive until `DEAD_AFTER_MS` after we
   * connected.
   */
  isLiving(name: string): boolean {
    const peer = this.peers.get(name);
    if (!peer) return this.nowMs - this.sinceMs < DEAD_AFTER_MS;
    return peer.beats >= HEARTBEATS_UNTIL_ALIVE && this.nowMs - peer.heardMs < DEAD_AFTER_MS;
  }

  /** The place, among the held readings, of the first beat of the peer's present incarnation. */
  fromPlace(name: string): number | undefined {
    return this.peers.get(name)?.fromPlace;
  }

  /**
   * Whether one of the `count` servers, other than this one, claims a shard in its last beat.
   * @param afterPlace only beats after this place are considered
   */
  isClaimed(shard: number, count: number, afterPlace = 0): boolean {
    return [...this.peers].some(
      ([name, { beat, heardMs, toPlace }]) =>
        name.endsWith(`of${count}`) &&
        toPlace > afterPlace &&
        this.nowMs - heardMs < DEAD_AFTER_MS &&
        beat.shards.includes(shard),
    );
  }

  /**
   * Whether a peer counts on our incarnation, and so leaves our shard to us. A dead peer claims
   * nothing, so the result is true for a dead peer. The number of the peer's beats is irrelevant:
   * the peer may have sent some before we subscribed.
   */
  countsOn(name: string, incarnation: string): boolean {
    const peer = this.peers.get(name);
    if (!peer) return this.nowMs - this.sinceMs >= DEAD_AFTER_MS;
    if (peer.beats === 0 || this.nowMs - peer.heardMs >= DEAD_AFTER_MS) return true;
    return peer.beat.counts_on?.includes(incarnation) ?? true;
  }

  /**
   * Whether the last beat of the peer `name` says that it counts on the present incarnation of
   * `other`.
   */
  isCountedOnBy(name: string, other: string): boolean {
    const incarnation = this.incarnationOf(other);
    return (
      incarnation !== undefined &&
      (this.peers.get(name)?.beat.counts_on?.includes(incarnation) ?? false)
    );
  }

  /**
   * Name of a peer's present incarnation; undefined before the peer's first beat, or before version
   * 0.2.
   */
  incarnationOf(name: string): string | undefined {
    return this.peers.get(name)?.beat.visit;
  }

  /** The names of the live peers that have sent a beat. */
  living(): string[] {
    return [...this.peers.keys()].filter((name) => this.isLiving(name));
  }
}

/** Name of a server: the last level of the topic of its beats. */
export function serverName({ index, count }: Shard): string {
  return `${index}of${count}`;
}

export function parseHeartbeat(text: string): Parsed<Heartbeat> {
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
