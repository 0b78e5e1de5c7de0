import { mkdirSync } from "node:fs";
import { join } from "node:path";
import level from "aedes-persistence-level";
import memory from "aedes-persistence";
import type { Client, PublishPacket, Subscription } from "aedes";
import { ClassicLevel } from "classic-level";
import { UserError, messageOf } from "../base/user-error";

/** A message as aedes routes it: known by the broker's start and its count since then. */
export type Routed = PublishPacket & { brokerId?: string; brokerCounter?: number };
export interface Subscriber {
  clientId: string;
  topic: string;
  qos: number;
}

/** The part of an aedes persistence that is guarded here. */
export interface Persistence {
  storeRetained(packet: Routed): Promise<void>;
  addSubscriptions(client: Client, subs: Subscription[]): Promise<void>;
  removeSubscriptions(client: Client, topics: string[]): Promise<void>;
  cleanSubscriptions(client: Client): Promise<void>;
  subscriptionsByClient(client: { id: string }): Promise<{ topic: string }[]>;
  subscriptionsByTopic(topic: string): Promise<Subscriber[]>;
  outgoingEnqueue(sub: { clientId: string }, packet: Routed): Promise<void>;
  outgoingEnqueueCombi(subs: Subscriber[], packet: Routed): Promise<void>;
  outgoingClearMessageId(client: Client, packet: object): Promise<Routed | undefined>;
}

/** Where the broker keeps its state, and what was in it at the start. */
export interface Database {
  persistence: Persistence;
  /** Greater, as text, than that of any start before. */
  brokerId: string;
  retainedTopics: string[];
  /** Client ids of persistent sessions. */
  sessions: string[];
  /** Messages that wait for a client, by client id. */
  queued: Map<string, number>;
  close(): Promise<void>;
}

/** State that ends with the process. */
export function inMemory(): Database {
  return {
    persistence: memory() as unknown as Persistence,
    brokerId: "nightlight",
    retainedTopics: [],
    sessions: [],
    queued: new Map(),
    close: () => Promise.resolve(),
  };
}

const STARTS = "nightlight:starts";

/**
 * State in a LevelDB. It writes through to the operating system before it answers, so that the
 * end of this process loses nothing; the end of the machine may lose the last moments.
 * @throws UserError where the folder can't be used
 */
export async function onDisk(dir: string): Promise<Database> {
  const path = join(dir, "broker");
  const db = new ClassicLevel(path);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    await db.open();
  } catch (error) {
    const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
    if (code === "LEVEL_LOCKED")
      throw new UserError(`--data ${dir}: in use by another nightlight, choose another folder`);
    throw new UserError(`--data ${dir}: ${message || messageOf(error)}`);
  }
  return {
    persistence: level(db) as Persistence,
    brokerId: await nextBrokerId(db),
    retainedTopics: (await keys(db, "retained")).map((key) => key.slice("retained:".length)),
    sessions: (await keys(db, "subscriptions")).map(clientIdOf),
    queued: countByClient(await keys(db, "outgoing")),
    close: () => db.close(),
  };
}

/**
 * A queue on disk is ordered by broker id, then by count since the broker's start. aedes's own ids
 * are random: what was queued after a restart would overtake what was queued before.
 */
async function nextBrokerId(db: ClassicLevel): Promise<string> {
  const starts = Number((await db.get(STARTS)) ?? "0") + 1;
  await db.put(STARTS, String(starts));
  return `nightlight-${String(starts).padStart(10, "0")}`;
}

/** The keys `kind:…` of aedes-persistence-level. */
async function keys(db: ClassicLevel, kind: string): Promise<string[]> {
  return await db.keys({ gte: `${kind}:`, lt: `${kind};` }).all();
}

/** Of `kind:CLIENT:…`, where the client id is percent-encoded. */
function clientIdOf(key: string): string {
  return decodeURIComponent(key.split(":")[1] ?? "");
}

function countByClient(keys: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of keys.map(clientIdOf)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
