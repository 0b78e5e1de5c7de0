import { Random } from "../random";
import { until } from "../until";
import { check } from "./check";
import { HistoryClient, type Request } from "./client";
import type { HistoryEvent, Message, Qos } from "./events";
import { Recorder } from "./recorder";
import type { Rules } from "./rules";

/** A broker to be checked against the rules. */
export interface Target {
  port: number;
  rules: Rules;
  /** Kills the broker's process. Resolves when the process has ended. */
  kill?: () => Promise<void>;
  start?: () => Promise<void>;
}

export interface Schedule {
  seed: number;
  /** Number of clients with random steps. Two observers, which stay connected, are not counted. */
  clients: number;
  /** Number of steps of each random client. */
  steps: number;
  kills: number;
  /** How long the broker may send nothing before an outstanding message counts as lost, ms. */
  quietMs?: number;
}

/**
 * Topics, below a first level that is unique for each seed, because one broker serves several seeds
 * in turn.
 */
const TOPICS = ["a/0", "a/1", "b/0", "b/1", "b/1/c"];
const FILTERS = [...TOPICS, ...TOPICS, "a/+", "+/1", "b/#", "#"];
/**
 * Maximum number of one client's unacknowledged messages. A broker may limit how many it accepts.
 */
const MAX_UNACKNOWLEDGED = 10;

/**
 * Runs clients that take random steps from the seed, and records their history. The timing of the
 * broker and the operating system is not controlled.
 */
export async function record(target: Target, schedule: Schedule): Promise<HistoryEvent[]> {
  const recorder = new Recorder();
  const clients = Array.from(
    { length: schedule.clients + 2 },
    (_, i) => new HistoryClient(`s${schedule.seed}-client-${i}`, target.port, recorder),
  );
  try {
    await play(clients, recorder, target, schedule);
    await settle(clients, recorder, target.rules, schedule.quietMs ?? 10_000);
    return [...recorder.events];
  } finally {
    for (const client of clients) client.stop();
  }
}

async function play(
  clients: HistoryClient[],
  recorder: Recorder,
  target: Target,
  { seed, steps, kills }: Schedule,
): Promise<void> {
  const [kept, clean, ...actors] = clients;
  const random = new Random(seed);
  // The observers receive every message, in particular all wills.
  for (const observer of [kept, clean]) {
    await observer?.connect(observer === clean);
    observer?.send([
      {
        type: "subscribe",
        subscriptions: [{ filter: `s${seed}/#`, qos: observer === clean ? 1 : 2 }],
      },
    ]);
  }
  const total = actors.length * steps;
  const killAt = Array.from({ length: kills }, () => random.below(total)).sort((a, b) => a - b);
  let done = 0;
  let killing: Promise<void> | undefined;
  const kill = async () => {
    recorder.add({ type: "kill" });
    await target.kill?.();
    recorder.add({ type: "gone" });
    await target.start?.();
    for (const observer of [kept, clean]) await observer?.connect(observer === clean);
    clean?.send([{ type: "subscribe", subscriptions: [{ filter: `s${seed}/#`, qos: 1 }] }]);
  };
  await Promise.all(
    actors.map(async (client, i) => {
      const actor = new Actor(client, recorder, new Random(seed * 1_000 + i), `s${seed}/`);
      for (let step = 0; step < steps; step++) {
        await actor.step();
        if (done++ === killAt[0]) {
          killAt.shift();
          await killing;
          killing = kill();
        }
      }
    }),
  );
  await killing;
}

/** Takes the random steps of one client. */
class Actor {
  constructor(
    private readonly client: HistoryClient,
    private readonly recorder: Recorder,
    private readonly random: Random,
    private readonly prefix: string,
  ) {
    client.clean = this.chance(50);
  }

  async step(): Promise<void> {
    const { client, random } = this;
    const dice = random.below(100);
    if (!client.isConnected) {
      if (dice < 40) await this.connect();
    } else if (dice < 6) client.cut(random.pick(["reset", "end", "half"]));
    else if (dice < 9) await client.disconnect();
    else if (dice < 12) await this.connect();
    else if (dice < 20) client.holding = !client.holding;
    else if (dice < 28) client.flush();
    else this.ask();
    const pauseMs = this.chance(50) ? 0 : random.below(8);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }

  private async connect(): Promise<void> {
    const { client } = this;
    const clean = this.chance(15) ? !client.clean : client.clean;
    await client.connect(clean, this.chance(50) ? () => this.will() : undefined);
  }

  private ask(): void {
    const requests: Request[] = [];
    for (let left = 1 + this.random.below(5); left > 0; left--) requests.push(this.request());
    this.client.send(requests.filter((request) => this.fits(request)));
  }

  private request(): Request {
    const { random } = this;
    const dice = random.below(100);
    if (dice < 70) return { type: "publish", message: this.message() };
    if (dice < 85) {
      const filters = Array.from({ length: 1 + random.below(2) }, () => this.filter());
      const subscriptions = [...new Set(filters)].map((filter) => ({ filter, qos: this.qos() }));
      return { type: "subscribe", subscriptions };
    }
    if (dice < 93) return { type: "unsubscribe", filters: [this.filter()] };
    return { type: "ping" };
  }

  private message(): Message {
    const retain = this.chance(20);
    const payload = retain && this.chance(15) ? "" : this.recorder.nextPayload();
    return { topic: this.prefix + this.random.pick(TOPICS), payload, qos: this.qos(), retain };
  }

  private will(): Message {
    return { ...this.message(), payload: this.recorder.nextPayload() };
  }

  private fits(request: Request): boolean {
    return request.type !== "publish" || this.client.unacknowledged < MAX_UNACKNOWLEDGED;
  }

  private filter(): string {
    return this.prefix + this.random.pick(FILTERS);
  }

  private qos(): Qos {
    return this.random.pick([0, 1, 1, 1, 2]);
  }

  private chance(percent: number): boolean {
    return this.random.below(100) < percent;
  }
}

/**
 * Connects the clients that have a session, and reads until all expected messages have arrived, or
 * until no more messages arrive.
 */
async function settle(
  clients: HistoryClient[],
  recorder: Recorder,
  rules: Rules,
  quietMs: number,
): Promise<void> {
  for (const client of clients) {
    client.holding = false;
    client.flush();
    if (!client.isConnected && !client.clean) await client.connect(false);
  }
  let quietSinceMs = performance.now();
  for (let quietRounds = 0; ;) {
    const before = receiptsIn(recorder.events);
    const connected = clients.filter((client) => client.isConnected);
    for (const client of connected) client.send([{ type: "ping" }]);
    await until("every client is answered", () =>
      connected.every((client) => client.isAnswered || !client.isConnected),
    ).catch(() => undefined);
    if (receiptsIn(recorder.events) > before) {
      quietRounds = 0;
      quietSinceMs = performance.now();
    } else quietRounds++;
    if (quietRounds < 3) continue;
    const isOwed = check(recorder.events, rules).some(({ rule }) => WAITED_FOR.has(rule));
    if (!isOwed || performance.now() - quietSinceMs > quietMs) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Rules whose violations are certain only after all messages have arrived. */
const WAITED_FOR = new Set(["lost", "retained", "connection"]);

function receiptsIn(events: readonly HistoryEvent[]): number {
  return events.filter(({ type }) => type === "received").length;
}
