import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Cluster } from "../../server/cluster/cluster";
import { Random } from "../support/random";

/**
 * Simulates several servers with fake timers, which is fast, and with random overlapping faults. At
 * the end, each device's last reading must be decided, and no reading may be decided after a newer
 * one. UNDECIDED_SEEDS=500 makes the run longer.
 */
const FIRST_SEED = Number(process.env["UNDECIDED_FIRST_SEED"] ?? 1);
const SEEDS = Array.from(
  { length: Number(process.env["UNDECIDED_SEEDS"] ?? 30) },
  (_, i) => FIRST_SEED + i,
);
/** Seeds that have found a fault in the past. */
const FOUND = [54, 450, 518, 619, 671, 809, 886, 1376, 1549];
const SERVERS = 3;
const DEVICES = Array.from({ length: 12 }, (_, i) => `device-${i}`);
const FAULTS = 3;
const AWAY_MAX_MS = 9_000;
const LAG_MAX_MS = 6_000;
const PAUSE_BETWEEN_MS = 12_000;
const QUIET_MS = 40_000;

interface Reading {
  device: string;
  seq: number;
}

/** Passes each message on to all servers in one order, to each of them with its own delay. */
class Broker {
  readonly servers = new Set<Server>();
  /** Delay of the messages to a server, ms, by the server's index. */
  readonly lagMs = new Map<number, number>();
  private readonly freeMs = new Map<Server, number>();

  publish(topic: string, payload: string): void {
    for (const server of this.servers) {
      const { connection, index } = server;
      const nowMs = performance.now();
      const atMs = Math.max(nowMs + (this.lagMs.get(index) ?? 0), this.freeMs.get(server) ?? 0);
      this.freeMs.set(server, atMs);
      setTimeout(() => {
        if (server.connection === connection) server.hear(topic, payload);
      }, atMs - nowMs);
    }
  }
}

class Server {
  /**
   * Number of the server's connection. Messages still in transit to an earlier connection are lost.
   */
  connection = 1;
  private isAlive = true;
  private isConnected = true;
  /** Messages received while the server is paused. */
  private waiting: [topic: string, payload: string][] | undefined;
  private pausedMs = 0;
  private readonly cluster: Cluster;

  constructor(
    readonly index: number,
    private readonly broker: Broker,
    private readonly onDecided: (reading: Reading) => void,
  ) {
    this.cluster = new Cluster({ index, count: SERVERS }, [], () => undefined);
    broker.servers.add(this);
    const isUp = () => this.isAlive && this.isConnected && !this.waiting;
    this.cluster.join({
      publish: (topic, payload) => {
        if (isUp()) broker.publish(topic, payload);
        return Promise.resolve();
      },
      isConnected: isUp,
      onTakeover: (readings) => {
        if (this.isAlive) for (const { payload } of readings) this.decide(payload.toString());
      },
      onConflict: (error) => expect.fail(error.message),
    });
  }

  hear(topic: string, payload: string): void {
    if (!this.isAlive || !this.isConnected) return;
    if (this.waiting) this.waiting.push([topic, payload]);
    else if (!topic.endsWith("/telemetry")) this.cluster.receive(topic, payload, false);
    else {
      const came = { atMs: 0, nowMs: performance.now() };
      if (!this.cluster.holdIfForeign(topic, Buffer.from(payload), came)) this.decide(payload);
    }
  }

  kill(): void {
    this.isAlive = false;
    this.broker.servers.delete(this);
  }

  pause(): void {
    this.waiting ??= [];
    this.pausedMs = performance.now();
  }

  continue(): void {
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    // A paused process has no timers either, so the cluster's timer last ran when the pause began.
    Reflect.set(this.cluster, "ranMs", this.pausedMs);
    for (const [topic, payload] of waiting) this.hear(topic, payload);
  }

  cutOff(): void {
    this.isConnected = false;
    this.connection++;
    if (this.waiting) this.waiting = [];
  }

  reconnect(): void {
    this.isConnected = true;
    this.cluster.connected();
  }

  private decide(payload: string): void {
    this.onDecided(JSON.parse(payload) as Reading);
  }
}

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "setInterval", "clearInterval", "performance", "Date"],
  });
});

afterEach(() => {
  vi.useRealTimers();
});

/** @returns a description of each problem found */
function problemsOf(seed: number): string[] {
  const random = new Random(seed);
  const broker = new Broker();
  const servers = new Map<number, Server>();
  const sent = new Map<string, number>();
  const decided = new Map<string, number>();
  const problems: string[] = [];
  const onDecided = ({ device, seq }: Reading): void => {
    const newest = decided.get(device) ?? 0;
    if (seq < newest) problems.push(`${device}: reading ${seq} is decided after ${newest}`);
    decided.set(device, Math.max(seq, newest));
  };
  const start = (index: number): void =>
    void servers.set(index, new Server(index, broker, onDecided));
  const report = (device: string): void => {
    const seq = (sent.get(device) ?? 0) + 1;
    sent.set(device, seq);
    broker.publish(`${device}/telemetry`, JSON.stringify({ device, seq }));
  };

  for (let index = 1; index <= SERVERS; index++) start(index);
  vi.advanceTimersByTime(10_000);
  for (let left = FAULTS; left > 0; left--) {
    const index = 1 + random.below(SERVERS);
    const server = servers.get(index);
    const awayMs = random.below(AWAY_MAX_MS);
    const kind = random.pick(["killed", "paused", "cut off", "slow"] as const);
    if (kind === "killed") {
      server?.kill();
      setTimeout(() => {
        if (servers.get(index) === server) start(index);
      }, awayMs);
    } else if (kind === "paused") {
      server?.pause();
      setTimeout(() => server?.continue(), awayMs);
    } else if (kind === "cut off") {
      server?.cutOff();
      setTimeout(() => server?.reconnect(), awayMs);
    } else broker.lagMs.set(index, random.below(LAG_MAX_MS));
    const untilMs = performance.now() + random.below(PAUSE_BETWEEN_MS);
    while (performance.now() < untilMs) {
      vi.advanceTimersByTime(1 + random.below(400));
      report(random.pick(DEVICES));
    }
    if (kind === "slow") broker.lagMs.set(index, 0);
    // In half of the cases, waits until this fault is over. Otherwise, the next fault may overlap
    // it.
    if (random.below(2) === 0) vi.advanceTimersByTime(AWAY_MAX_MS);
  }
  vi.advanceTimersByTime(QUIET_MS);
  for (const [device, seq] of sent)
    if (decided.get(device) !== seq) problems.push(`${device}: reading ${seq} is not decided`);
  return problems;
}

it.each([...SEEDS, ...FOUND])(
  "each device's last reading is decided, whatever happens to the servers (seed %i)",
  (seed) => {
    expect(problemsOf(seed)).toEqual([]);
  },
);
