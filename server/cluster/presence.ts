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

  heard(name: string, beat: Beat, nowMs: number): void {
    const peer = this.peers.get(name);
    if (!peer && this.peers.size >= MAX_PEERS) return;
    const same = peer?.beat.run === beat.run && peer.beat.connected_ms === beat.connected_ms;
    const beats = same ? peer.beats + 1 : 1;
    this.peers.set(name, { beat, beats, heardMs: nowMs });
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
  const { run, version, started_ms, connected_ms, shards = [] } = value;
  if (!isName(run)) return { error: "run: expected text of 1 to 40 characters" };
  if (!isName(version)) return { error: "version: expected text of 1 to 40 characters" };
  if (!isTime(started_ms)) return { error: "started_ms: expected a whole number" };
  if (!isTime(connected_ms)) return { error: "connected_ms: expected a whole number" };
  if (!Array.isArray(shards) || shards.length > MAX_SHARDS || !shards.every(isTime))
    return { error: `shards: expected at most ${MAX_SHARDS} whole numbers` };
  return { value: { run, version, started_ms, connected_ms, shards } };
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= 40;
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
