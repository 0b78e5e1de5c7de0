import { type Parsed, parseJsonObject } from "../../src/common/wire";
import { MAX_SHARDS } from "../setup/cluster-options";

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
  /** The visits of others that it counts on: it decides none of their shards. */
  counts_on: string[] | undefined;
}

/** How often a server says that it is there. */
export const BEAT_MS = 1_000;
/** A server counts as gone after three missed beats. */
export const GONE_MS = 3_500;
/** A server's first beat does not count: others cover what it missed before. */
export const BEATS_TO_LIVE = 2;
/** Strangers may choose names: beyond this many, new ones are not taken in. */
const MAX_PEERS = 256;

interface Peer {
  beat: Beat;
  /** Since it connected, or was away. */
  beats: number;
  heardMs: number;
}

/** Which other servers are there, by their beats. Pure: knows no broker and no clock. */
export class Presence {
  private readonly peers = new Map<string, Peer>();
  private tickMs: number;

  /** @param sinceMs from when beats can be heard */
  constructor(private sinceMs: number) {
    this.tickMs = sinceMs;
  }

  /** Our own connection was lost for a while: nobody's silence in it means anything. */
  reconnected(nowMs: number): void {
    this.forgive(nowMs);
    this.sinceMs = nowMs;
    this.tickMs = nowMs;
  }

  /** @returns whether it is the beat from which on it lives */
  heard(name: string, beat: Beat, nowMs: number): boolean {
    const peer = this.peers.get(name);
    if (!peer && this.peers.size >= MAX_PEERS) return false;
    const same = peer?.beat.run === beat.run && peer.beat.connected_ms === beat.connected_ms;
    const beats = same ? peer.beats + 1 : 1;
    this.peers.set(name, { beat, beats, heardMs: nowMs });
    return beats === BEATS_TO_LIVE;
  }

  /** It said good-bye. */
  left(name: string): void {
    const peer = this.peers.get(name);
    if (!peer) return;
    peer.beats = 0;
    peer.beat = { ...peer.beat, shards: [] };
  }

  /** To be called every `BEAT_MS` while connected: who was held up has missed beats itself. */
  tick(nowMs: number): void {
    if (nowMs - this.tickMs > 2 * BEAT_MS) this.forgive(nowMs);
    this.tickMs = nowMs;
  }

  /** One that was never heard gets as much time as one that was. */
  isLiving(name: string, nowMs: number): boolean {
    const peer = this.peers.get(name);
    if (!peer) return nowMs - this.sinceMs < GONE_MS;
    return peer.beats >= BEATS_TO_LIVE && nowMs - peer.heardMs < GONE_MS;
  }

  /** Whether another of so many servers decides a shard, as far as it was heard. */
  isClaimed(shard: number, count: number, nowMs: number): boolean {
    return [...this.peers].some(
      ([name, { beat, heardMs }]) =>
        name.endsWith(`of${count}`) && nowMs - heardMs < GONE_MS && beat.shards.includes(shard),
    );
  }

  /**
   * @returns whether another server, unless it is gone, knows of our visit and leaves us what is
   * ours. How many of its beats were heard does not matter: it may have beaten before we listened.
   */
  countsOn(name: string, visit: string, nowMs: number): boolean {
    const peer = this.peers.get(name);
    if (!peer) return nowMs - this.sinceMs >= GONE_MS;
    if (peer.beats === 0 || nowMs - peer.heardMs >= GONE_MS) return true;
    return peer.beat.counts_on?.includes(visit) ?? true;
  }

  /** The visits of those that were heard and live. */
  visits(nowMs: number): string[] {
    return this.living(nowMs).flatMap((name) => this.peers.get(name)?.beat.visit ?? []);
  }

  /** The names of those that were heard and live. */
  living(nowMs: number): string[] {
    return [...this.peers.keys()].filter((name) => this.isLiving(name, nowMs));
  }

  /** Whoever lived when we last looked still does. */
  private forgive(nowMs: number): void {
    for (const [name, peer] of this.peers)
      if (this.isLiving(name, this.tickMs)) peer.heardMs = nowMs;
  }
}

export function parseBeat(text: string): Parsed<Beat> {
  const { value, error } = parseJsonObject(text);
  if (!value) return { error };
  const { run, version, started_ms, connected_ms, shards = [], visit, counts_on } = value;
  if (!isName(run)) return { error: "run: expected text of 1 to 40 characters" };
  if (!isName(version)) return { error: "version: expected text of 1 to 40 characters" };
  if (!isTime(started_ms)) return { error: "started_ms: expected a whole number" };
  if (!isTime(connected_ms)) return { error: "connected_ms: expected a whole number" };
  if (!Array.isArray(shards) || shards.length > MAX_SHARDS || !shards.every(isTime))
    return { error: `shards: expected at most ${MAX_SHARDS} whole numbers` };
  if (visit !== undefined && !isName(visit))
    return { error: "visit: expected text of 1 to 40 characters" };
  if (counts_on !== undefined && !isNames(counts_on))
    return { error: `counts_on: expected at most ${MAX_PEERS} texts of 1 to 40 characters` };
  return { value: { run, version, started_ms, connected_ms, shards, visit, counts_on } };
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
