import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LEASE_MS } from "../../server/cluster/incarnation";
import { DEAD_AFTER_MS, HEARTBEAT_INTERVAL_MS } from "../../server/cluster/presence";
import { shardOf } from "../../server/cluster/sharding";
import { FIRST, SECOND, SlowBroker } from "../support/slow-broker";

let broker: SlowBroker;

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "setInterval", "clearInterval", "performance", "Date"],
  });
  broker = new SlowBroker();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it("decides once no other server has been heard for long enough", () => {
  const one = broker.join(1);
  vi.advanceTimersByTime(DEAD_AFTER_MS - 1);
  expect(one.cluster.decides(FIRST)).toBe(false);
  vi.advanceTimersByTime(HEARTBEAT_INTERVAL_MS);
  expect(one.cluster.decides(FIRST)).toBe(true);
  expect(one.cluster.decides(SECOND)).toBe(true);
});

it("decides its own shard once all others count on it, which takes two beats", () => {
  const one = broker.join(1);
  const two = broker.join(2);
  const decide = () => [one.cluster.decides(FIRST), two.cluster.decides(SECOND)];
  vi.advanceTimersByTime(HEARTBEAT_INTERVAL_MS);
  expect(decide()).toEqual([false, false]);
  // The second server began to listen after the first server's first beat.
  vi.advanceTimersByTime(HEARTBEAT_INTERVAL_MS + 1);
  expect(decide()).toEqual([true, true]);
});

it("leaves its shard to a stand-in that learns of it late, until the stand-in releases it", async () => {
  const [one, two] = [broker.join(1), broker.join(2)];
  await vi.advanceTimersByTimeAsync(10_000);
  broker.lagMs.set(two, 2_000);
  await vi.advanceTimersByTimeAsync(10_000);
  // The server reconnects after a break. Its first beat then tells the second server to stand in
  // for it.
  one.cluster.connected();
  const deciders = new Set<string>();
  for (let ms = 0; ms < 10_000; ms += 10) {
    await vi.advanceTimersByTimeAsync(10);
    const names = [one, two].flatMap(({ cluster }) =>
      cluster.decides(FIRST) ? [cluster.name] : [],
    );
    expect(names.length).toBeLessThan(2);
    for (const name of names) deciders.add(name);
  }
  expect([...deciders]).toEqual(["2of2", "1of2"]);
});

it("stands in immediately for a disconnected server, even if a third has not noticed yet", () => {
  const [one, two, three] = [1, 2, 3].map((index) => broker.join(index, 3));
  if (!one || !two || !three) throw new Error("no three servers");
  vi.advanceTimersByTime(10_500);
  one.isPaused = true;
  broker.join(1, 3);
  const { takeovers } = three;
  two.cluster.connected();
  vi.advanceTimersByTime(1);
  expect(three.takeovers).toBe(takeovers + 1);
});

it("never lets two servers decide a shard, nor none for long, while one comes and goes", async () => {
  const one = broker.join(1);
  const two = broker.join(2);
  broker.latencyMs = 100;
  let nobodyMs = 0;
  const watch = async (forMs: number) => {
    for (let ms = 0; ms < forMs; ms += 10) {
      await vi.advanceTimersByTimeAsync(10);
      const deciders = [one, two].filter(({ cluster, isPaused }) => {
        return !isPaused && cluster.decides(FIRST);
      });
      expect(deciders.length).toBeLessThan(2);
      nobodyMs = deciders.length === 0 ? nobodyMs + 10 : 0;
      expect(nobodyMs).toBeLessThan(DEAD_AFTER_MS + 2 * HEARTBEAT_INTERVAL_MS);
    }
  };
  await watch(10_000);
  expect(one.cluster.decides(FIRST)).toBe(true);
  one.isPaused = true;
  await watch(8_000);
  expect(two.cluster.decides(FIRST)).toBe(true);
  one.continue();
  expect(one.cluster.decides(FIRST)).toBe(false);
  await watch(10_000);
  expect(one.cluster.decides(FIRST)).toBe(true);
  const left = one.cluster.stop();
  expect(one.cluster.decides(FIRST)).toBe(false);
  await watch(3_000);
  expect(two.cluster.decides(FIRST)).toBe(true);
  expect(await left).toBe(true);
});

it("leaves messages received during a pause to the other server, and holds them for a while", () => {
  const one = broker.join(1);
  broker.join(2);
  vi.advanceTimersByTime(10_000);
  expect(one.reads()).toBe(true);
  one.isPaused = true;
  vi.advanceTimersByTime(8_000);
  one.isPaused = false;
  expect(one.reads()).toBe(false);
  vi.advanceTimersByTime(5_000);
  expect(one.taken).toHaveLength(1);
  expect(one.reads()).toBe(true);
});

it("does not consider the others gone when it was paused itself", async () => {
  const [, two] = [1, 2, 3].map((index) => broker.join(index, 3));
  if (!two) throw new Error("no second server");
  await vi.advanceTimersByTimeAsync(10_000);
  const { takeovers } = two;
  // No timer fires while a process is paused. The first messages that it then reads may all be from
  // one server.
  const now = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => now() + 8_000);
  broker.beats(3, two);
  expect(two.takeovers).toBe(takeovers);
  expect(two.cluster.decides(FIRST)).toBe(false);
});

it("does not consider another server gone because the broker delays its own messages", async () => {
  const one = broker.join(1);
  await vi.advanceTimersByTimeAsync(600);
  const two = broker.join(2);
  await vi.advanceTimersByTimeAsync(10_700);
  // The first server sends its beats at each full second, the second server 0.6 s later. With this
  // lag, the second server receives its own beats 2.4 s apart, but those of the first server 3.8 s
  // apart.
  for (const lagMs of [1_400, 2_800]) {
    broker.lagMs.set(two, lagMs);
    await vi.advanceTimersByTimeAsync(500);
  }
  for (let ms = 0; ms < 10_000; ms += 10) {
    expect([one, two].map(({ cluster }) => cluster.decides(FIRST))).toEqual([true, false]);
    expect(two.cluster.decides(SECOND)).toBe(true);
    await vi.advanceTimersByTimeAsync(10);
  }
});

it("keeps held readings as long as a slow broker prevents it from knowing who is gone", () => {
  const [one, two] = [broker.join(1), broker.join(2)];
  vi.advanceTimersByTime(10_000);
  // The first server ends with this reading undecided. Then no message arrives for longer than a
  // reading is held.
  one.isPaused = true;
  expect(two.reads()).toBe(false);
  broker.latencyMs = 2 * DEAD_AFTER_MS;
  vi.advanceTimersByTime(2 * DEAD_AFTER_MS);
  expect(two.taken).toEqual([]);
  vi.advanceTimersByTime(DEAD_AFTER_MS + 2 * HEARTBEAT_INTERVAL_MS);
  expect(two.taken.map(({ topic }) => topic)).toEqual([`${FIRST}/telemetry`]);
});

it("does not consider another server gone because several of its own messages arrive together", async () => {
  const [one, two] = [broker.join(1), broker.join(2)];
  await vi.advanceTimersByTimeAsync(10_500);
  // The second server has reconnected and waits to return. After eight seconds, the broker accepts
  // all its messages at once.
  broker.stallsMs.set(two, 8_000);
  two.cluster.connected();
  for (let ms = 0; ms < 8_000; ms += 10) {
    await vi.advanceTimersByTimeAsync(10);
    broker.stallsMs.set(two, 8_000 - ms);
  }
  broker.stallsMs.delete(two);
  for (let ms = 0; ms < 10_000; ms += 10) {
    await vi.advanceTimersByTimeAsync(10);
    expect([one, two].map(({ cluster }) => cluster.decides(FIRST))).toEqual([true, false]);
  }
  expect(two.cluster.decides(SECOND)).toBe(true);
});

it("stops deciding if another server considers it gone, until that one releases the shards", async () => {
  const [one, two] = [broker.join(1), broker.join(2)];
  await vi.advanceTimersByTimeAsync(10_500);
  const deciders = () => [one, two].filter(({ cluster }) => cluster.decides(FIRST));
  expect(deciders()).toEqual([one]);
  broker.cutOff = two;
  await vi.advanceTimersByTimeAsync(DEAD_AFTER_MS + HEARTBEAT_INTERVAL_MS);
  expect(deciders()).toEqual([two]);
  broker.cutOff = undefined;
  await vi.advanceTimersByTimeAsync(3 * HEARTBEAT_INTERVAL_MS);
  expect(deciders()).toEqual([one]);
});

it("holds a reading as long as its server may be behind", async () => {
  const [one, two] = [broker.join(1), broker.join(2)];
  await vi.advanceTimersByTimeAsync(10_500);
  // The first server falls behind step by step, and is then killed.
  for (let lagMs = 500; lagMs <= 12_000; lagMs += 500) {
    broker.lagMs.set(one, lagMs);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  two.reads();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(one.cluster.decides(FIRST)).toBe(true);
  one.isPaused = true;
  await vi.advanceTimersByTimeAsync(DEAD_AFTER_MS + 2 * HEARTBEAT_INTERVAL_MS);
  expect(two.cluster.decides(FIRST)).toBe(true);
  expect(two.taken).toHaveLength(1);
});

it("holds a reading while there is no server to decide it, and no longer", async () => {
  const [one, two] = [broker.join(1), broker.join(2)];
  await vi.advanceTimersByTimeAsync(10_500);
  one.isPaused = true;
  // The stand-in does not receive its own beats, so it decides nothing while readings arrive.
  broker.lagMs.set(two, 20_000);
  await vi.advanceTimersByTimeAsync(1_000);
  two.reads();
  await vi.advanceTimersByTimeAsync(40_000);
  expect(two.cluster.decides(FIRST)).toBe(true);
  expect(two.taken).toHaveLength(1);

  broker.lagMs.set(two, 0);
  const back = broker.join(1);
  await vi.advanceTimersByTimeAsync(40_000);
  two.reads();
  await vi.advanceTimersByTimeAsync(10_000);
  back.isPaused = true;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(two.cluster.decides(FIRST)).toBe(true);
  expect(two.taken).toHaveLength(1);
});

it("decides although a broker's delay exceeds the limit for missing beats", () => {
  broker.latencyMs = 6_000;
  const one = broker.join(1);
  vi.advanceTimersByTime(20_000);
  for (let ms = 0; ms < 20_000; ms += 100) {
    vi.advanceTimersByTime(100);
    expect(one.reads()).toBe(true);
  }
});

it("leaves no earlier undecided reading to a server that comes back", async () => {
  const [one, two, three] = [1, 2, 3].map((index) => broker.join(index, 3));
  if (!one || !two || !three) throw new Error("no three servers");
  await vi.advanceTimersByTimeAsync(10_000);
  // The third server has been delayed for long, so it waits until the others count on it. Then the
  // second server is killed.
  three.isPaused = true;
  await vi.advanceTimersByTimeAsync(LEASE_MS);
  three.continue();
  two.isPaused = true;
  await vi.advanceTimersByTimeAsync(1_500);
  const device = ["a", "b", "c", "d"].find((id) => shardOf(id, 3) === 2) ?? "";
  for (const member of [one, three]) expect(member.reads(device)).toBe(false);
  await vi.advanceTimersByTimeAsync(500);
  const back = broker.join(2, 3);
  const decided = () => [one, three].some(({ taken }) => taken.length > 0);
  for (let ms = 0; ms < 20_000 && !back.cluster.decides(device); ms += 10) {
    await vi.advanceTimersByTimeAsync(10);
    if (back.cluster.decides(device)) expect(decided()).toBe(true);
  }
  expect(back.cluster.decides(device)).toBe(true);
});
