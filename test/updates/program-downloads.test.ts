import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import type { WebSocket } from "ws";
import { Channel } from "../../server/updates/channel";
import type { Dispatcher } from "../../server/updates/dispatcher";
import { type Job, newJob } from "../../server/updates/job";
import { Jobs } from "../../server/updates/jobs";
import type { Orders } from "../../server/updates/orders";
import { ProgramDownloads } from "../../server/updates/program-downloads";
import { gatewayKey } from "../../server/updates/seal";
import type { UpdateStore } from "../../server/updates/update-store";
import { COMMAND, hashOf } from "../../server/updates/upload";

const KEY = "0123456789abcdef".repeat(4);
const SEED = Buffer.alloc(16, 7);
const PROGRAM = Buffer.alloc(320, 1);
const BY_ITSELF = "the device came by itself, because it can't reach its broker";

/** A simulated gateway client of the runtime, which connects to the server. */
class Client extends EventEmitter {
  isEnded = false;
  isClosed = false;
  readonly heard: Buffer[] = [];
  private channel: Channel | undefined;

  constructor(private readonly key: Buffer) {
    super();
  }

  send(frame: Buffer): void {
    if (!this.channel) {
      const seeds = { device: SEED, server: frame.subarray(8) };
      this.channel = new Channel(this.key, seeds, "device");
    } else this.heard.push(this.channel.open(frame) ?? Buffer.alloc(0));
  }

  close(): void {
    this.isClosed = true;
  }

  terminate(): void {
    this.isEnded = true;
  }

  async prove(): Promise<void> {
    this.emit("message", this.channel?.proof(), true);
    await new Promise(setImmediate);
  }

  say(...message: number[]): void {
    this.emit("message", this.channel?.seal(Buffer.from(message)), true);
  }
}

function world(job: Job | undefined, prepare: () => boolean = () => true, isLinked = true) {
  const said: string[] = [];
  const log = (_source: string, text: string) => void said.push(text);
  const clock = { wallMs: () => 5000, monotonicMs: () => 5000 };
  const store = { program: () => PROGRAM, save: () => undefined } as unknown as UpdateStore;
  const bus = { emit: () => true };
  const parts = { store, clock, log, bus, crashes: () => [], onChange: () => undefined };
  const jobs = new Jobs(parts, { jobs: job ? [job] : [], fleet: null });
  const dispatcher = {
    prepare: async (job: Job) => {
      await Promise.resolve();
      if (prepare()) job.hash = "00";
      else jobs.fail(job, "no board");
      return prepare();
    },
  } as unknown as Dispatcher;
  const orders = { keyOf: () => KEY } as unknown as Orders;
  const downloads = new ProgramDownloads({
    jobs,
    store,
    orders,
    dispatcher,
    clock,
    log,
    isLinked: () => isLinked,
  });
  const come = (key = gatewayKey(KEY, "a")) => {
    const client = new Client(key);
    const headers = { "sec-websocket-protocol": `devs-key-${SEED.toString("hex")}` };
    downloads.receive("a", { headers } as unknown as IncomingMessage)(
      client as unknown as WebSocket,
    );
    return client;
  };
  return { come, jobs, said, downloads };
}

const waiting = () => newJob("a", false, 0);
const asked = (): Job => ({ ...waiting(), step: "asked", n: 7, hash: "00" });
const linesOf = (job: Job) => job.lines.map(({ text }) => text);

it("a device that was asked gets its program", async () => {
  const job = asked();
  const client = world(job).come();
  await client.prove();
  expect(client.heard).toEqual([Buffer.alloc(32), Buffer.of(COMMAND.hash)]);
  client.emit("close");
  client.emit("close");
  expect(linesOf(job)).toEqual([
    "connected; sending 320 bytes",
    "it disconnected before the first byte of the program: it connects again, or reports its program in its state",
  ]);
});

it("the connection is closed with the last message, before the program starts and connects", async () => {
  const job = asked();
  const client = world(job).come();
  await client.prove();
  client.say(COMMAND.hash, ...Buffer.alloc(32));
  client.say(COMMAND.start);
  client.say(COMMAND.write);
  expect([client.heard.at(-1)?.length, client.isClosed]).toEqual([97, false]);
  client.say(COMMAND.write);
  expect(client.heard.slice(-2)).toEqual([Buffer.of(COMMAND.finish), Buffer.of(COMMAND.hash)]);
  expect([client.isClosed, job.step]).toEqual([true, "sending"]);
  // Answers of the device still count if they arrive after the connection was closed.
  client.say(COMMAND.finish);
  client.say(COMMAND.hash, ...Buffer.from(hashOf(PROGRAM), "hex"));
  expect([client.isEnded, job.step]).toEqual([false, "trial"]);
});

it("a device that comes by itself gets the program that waits for it", async () => {
  const job = waiting();
  const client = world(job).come();
  await client.prove();
  expect(client.isEnded).toBe(false);
  expect(linesOf(job)).toEqual([`${BY_ITSELF}; sending 320 bytes`]);
});

it("a device that comes by itself gets nothing if there is no program for it", async () => {
  const job = waiting();
  const client = world(job, () => false).come();
  await client.prove();
  expect(client).toMatchObject({ isEnded: true, heard: [] });
  expect(linesOf(job)).toEqual(["no board"]);
});

it("a device that comes by itself gets nothing while the server has no broker either", async () => {
  const job = waiting();
  const client = world(job, undefined, false).come();
  await client.prove();
  expect([client.isEnded, linesOf(job)]).toEqual([true, []]);
});

it("a device without a pending update is logged once, with advice", async () => {
  const { come, said } = world(undefined);
  for (let time = 0; time < 2; time++) {
    const client = come();
    await client.prove();
    expect(client).toMatchObject({ isEnded: true, heard: [] });
  }
  expect(said).toEqual([`a: ${BY_ITSELF}. npm run update -- --device a gives it another program.`]);
});

it("a device in trial that returns keeps its deadline, and then another program may follow", async () => {
  const job: Job = { ...asked(), step: "trial", sinceMs: 4000 };
  const { come, jobs } = world(job);
  expect(jobs.isUnderWay("a")).toBe(true);
  for (let time = 0; time < 2; time++) await come().prove();
  expect(linesOf(job)).toEqual([
    "the device came for another program: it can't reach its broker, or it has restarted",
  ]);
  expect(job).toMatchObject({ step: "trial", sinceMs: 4000 });
  expect(jobs.isUnderWay("a")).toBe(false);
});

it("a device with another key is logged once, and changes nothing", async () => {
  const job = asked();
  const { come } = world(job);
  for (let time = 0; time < 2; time++) {
    const client = come(gatewayKey(KEY, "b"));
    await client.prove();
    expect(client).toMatchObject({ isEnded: true, heard: [] });
  }
  expect(linesOf(job)).toEqual([
    "a client asked for the program with another key than the device's in update-keys.json",
  ]);
  expect(job).toMatchObject({ step: "asked", sinceMs: 0 });
});

it("a program that is cancelled during the transfer ends there", async () => {
  const job = asked();
  const { come, jobs } = world(job);
  const client = come();
  await client.prove();
  client.say(COMMAND.hash, ...Buffer.alloc(32));
  client.say(COMMAND.start);
  expect(client.heard.at(-1)).toHaveLength(225);
  expect(jobs.cancel(job)).toBeUndefined();
  client.say(COMMAND.write);
  expect(client.isEnded).toBe(true);
  expect(linesOf(job).at(-1)).toMatch(/^cancelled during the transfer/);
});

it("an invalid message ends the connection", () => {
  const { come, downloads } = world(asked());
  const text = come();
  text.emit("message", Buffer.from("hello"), false);
  expect(text.isEnded).toBe(true);
  const early = come();
  void early.prove();
  early.say(1);
  expect(early.isEnded).toBe(true);
  expect(() => downloads.receive("a", { headers: {} } as unknown as IncomingMessage)).toThrow(
    "a: expected a subprotocol devs-key-…",
  );
});
