import { describe, expect, it } from "vitest";
import { HeldReadings } from "../../server/cluster/held-readings";
import { type Beat, BEAT_MS, GONE_MS, parseBeat, Presence } from "../../server/cluster/presence";
import { MAX_SHARDS } from "../../server/setup/cluster-options";

const BEAT: Beat = {
  run: "a",
  version: "0.2.0",
  started_ms: 1,
  connected_ms: 2,
  shards: [],
  visit: "a1",
  counts_on: ["b1"],
};

/** A presence, heard from 0 on, and its clock. */
function heardUntil(endMs: number, beat = BEAT): Presence {
  const presence = new Presence(0);
  for (let nowMs = 0; nowMs <= endMs; nowMs += BEAT_MS) {
    presence.heard("2of3", beat, nowMs);
    presence.tick(nowMs);
  }
  return presence;
}

describe("another server", () => {
  it("has time to be heard at first", () => {
    const presence = new Presence(0);
    expect(presence.isLiving("2of3", GONE_MS - 1)).toBe(true);
    expect(presence.isLiving("2of3", GONE_MS)).toBe(false);
  });

  it("is there while it is heard, and gone after three missed beats", () => {
    const presence = heardUntil(10_000);
    expect(presence.living(10_000 + GONE_MS - 1)).toEqual(["2of3"]);
    expect(presence.living(10_000 + GONE_MS)).toEqual([]);
  });

  it("counts as away for its first beat: what came before it did not hear", () => {
    const presence = new Presence(0);
    presence.heard("2of3", BEAT, 10);
    expect(presence.isLiving("2of3", 10)).toBe(false);
    presence.heard("2of3", BEAT, 1_010);
    expect(presence.isLiving("2of3", 1_010)).toBe(true);
  });

  it.each([
    ["its process", { ...BEAT, run: "b" }],
    ["its connection", { ...BEAT, connected_ms: 3 }],
  ])("counts as away for a beat when %s is a new one, however short it was away", (_, beat) => {
    const presence = heardUntil(10_000);
    presence.heard("2of3", beat, 10_100);
    expect(presence.isLiving("2of3", 10_100)).toBe(false);
    presence.heard("2of3", beat, 11_100);
    expect(presence.isLiving("2of3", 11_100)).toBe(true);
  });

  it("is gone at once when it says so", () => {
    const presence = heardUntil(10_000);
    presence.left("2of3");
    expect(presence.isLiving("2of3", 10_001)).toBe(false);
  });

  it("is not gone because we were held up, or had no connection", () => {
    const held = heardUntil(10_000);
    held.tick(20_000);
    expect(held.isLiving("2of3", 20_000)).toBe(true);
    const away = heardUntil(10_000);
    away.reconnected(60_000);
    expect(away.isLiving("2of3", 60_000)).toBe(true);
    expect(away.isLiving("2of3", 60_000 + GONE_MS)).toBe(false);
  });

  it("that was gone before is not brought back by that", () => {
    const presence = heardUntil(10_000);
    for (let nowMs = 11_000; nowMs <= 20_000; nowMs += BEAT_MS) presence.tick(nowMs);
    presence.tick(30_000);
    expect(presence.isLiving("2of3", 30_000)).toBe(false);
  });

  it("claims the shards that it decides, until it is gone or says good-bye", () => {
    const presence = new Presence(0);
    presence.heard("2of3", { ...BEAT, shards: [2, 3] }, 0);
    expect([1, 2, 3].map((shard) => presence.isClaimed(shard, 3, 1))).toEqual([false, true, true]);
    expect(presence.isClaimed(2, 4, 1)).toBe(false);
    expect(presence.isClaimed(2, 3, GONE_MS)).toBe(false);
    presence.heard("2of3", { ...BEAT, shards: [2] }, 10);
    expect(presence.isClaimed(3, 3, 11)).toBe(false);
    presence.left("2of3");
    expect(presence.isClaimed(2, 3, 11)).toBe(false);
  });

  it("counts on us once it names our visit, or if it is of a version that names none", () => {
    const presence = new Presence(0);
    const countsOn = (visit: string, nowMs: number) => presence.countsOn("2of3", visit, nowMs);
    expect(countsOn("b1", GONE_MS - 1)).toBe(false);
    expect(countsOn("b1", GONE_MS)).toBe(true);
    const isFirst = [1, 2, 3].map(() => presence.heard("2of3", BEAT, 0));
    expect(isFirst).toEqual([false, true, false]);
    expect(countsOn("b1", 0)).toBe(true);
    expect(countsOn("b2", 0)).toBe(false);
    expect(countsOn("b2", GONE_MS)).toBe(true);
    expect(presence.visits(0)).toEqual(["a1"]);
    presence.heard("2of3", { ...BEAT, counts_on: undefined }, 0);
    expect(countsOn("b2", 0)).toBe(true);
    presence.heard("2of3", BEAT, 0);
    presence.left("2of3");
    expect(countsOn("b2", 0)).toBe(true);
  });

  it("is one of 256 at most: names are chosen by others", () => {
    const presence = new Presence(0);
    for (let i = 0; i < 1000; i++)
      for (const nowMs of [0, 1]) presence.heard(`${i}of1000`, BEAT, nowMs);
    expect(presence.living(2)).toHaveLength(256);
  });
});

describe("a beat", () => {
  it("is read as it is written", () => {
    expect(parseBeat(JSON.stringify(BEAT))).toEqual({ value: BEAT });
    const older = { run: "a", version: "0.1.0", started_ms: 1, connected_ms: 2 };
    expect(parseBeat(JSON.stringify(older))).toEqual({ value: { ...older, shards: [] } });
  });

  it.each([
    ["", "payload is not a JSON object"],
    [JSON.stringify({ ...BEAT, run: 1 }), "run: expected text of 1 to 40 characters"],
    [JSON.stringify({ ...BEAT, version: "" }), "version: expected text of 1 to 40 characters"],
    [JSON.stringify({ ...BEAT, started_ms: -1 }), "started_ms: expected a whole number"],
    [JSON.stringify({ ...BEAT, connected_ms: "2" }), "connected_ms: expected a whole number"],
    [JSON.stringify({ ...BEAT, shards: ["1"] }), "shards: expected at most 64 whole numbers"],
    [JSON.stringify({ ...BEAT, visit: 1 }), "visit: expected text of 1 to 40 characters"],
    [
      JSON.stringify({ ...BEAT, counts_on: [1] }),
      "counts_on: expected at most 256 texts of 1 to 40 characters",
    ],
  ])("that is not one is refused: %s", (text, error) => {
    expect(parseBeat(text)).toEqual({ error });
  });
});

it("of the largest cluster is as long as a payload may be", () => {
  const all = Array.from({ length: MAX_SHARDS }, (_, i) => i + 1);
  const counts_on = all.map(() => "012345");
  const beat = { ...BEAT, run: "01234567", connected_ms: Date.now(), shards: all, counts_on };
  expect(JSON.stringify(beat).length).toBeLessThan(1024);
});

describe("readings held for another server", () => {
  const reading = (nowMs: number) => ({
    topic: "t",
    payload: Buffer.from("{}"),
    // The wall clock may be set back; what is held goes by the other.
    atMs: -nowMs,
    nowMs,
  });

  it("are the last of each device, oldest first, as long as they may be wanted", () => {
    const held = new HeldReadings(5_000);
    held.hold("a", reading(0));
    held.hold("b", reading(1_000));
    held.hold("a", reading(2_000));
    held.hold("c", reading(3_000));
    held.prune(6_000);
    expect(held.take((id) => id !== "c")).toEqual([reading(2_000)]);
    expect(held.size).toBe(1);
  });

  it("are bounded: ids are chosen by others", () => {
    const held = new HeldReadings(5_000);
    for (let i = 0; i < 100_010; i++) held.hold(`${i}`, reading(0));
    held.hold("5", reading(1));
    expect(held.size).toBe(100_000);
  });
});
