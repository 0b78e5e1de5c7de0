import { describe, expect, it } from "vitest";
import { Outbox, type StoredReading } from "../../src/outbox";
import { Random } from "../support/random";

const CAPACITY = 512;

function reading(seq: number, takenMs: number): StoredReading {
  return { seq, takenMs, light: seq % 1024, ledOn: seq % 3 === 0 };
}

function drain(outbox: Outbox): StoredReading[] {
  const all: StoredReading[] = [];
  for (let first = outbox.first(); first; first = outbox.first()) {
    all.push(first);
    outbox.removeFirst();
  }
  return all;
}

/**
 * Simulates an outage with a reading every `everyMs`.
 * @returns the readings left in the outbox
 */
function afterOutage(durationS: number, everyMs: number): StoredReading[] {
  const outbox = new Outbox(CAPACITY);
  for (let seq = 1; (seq - 1) * everyMs <= durationS * 1000; seq++)
    outbox.push(reading(seq, (seq - 1) * everyMs));
  return drain(outbox);
}

describe("the outbox", () => {
  it("returns the readings unchanged and in order", () => {
    const outbox = new Outbox(8);
    const readings = [1, 2, 3, 4, 5].map((seq) => reading(seq, seq * 1000));
    for (const each of readings) outbox.push(each);
    expect(drain(outbox)).toEqual(readings);
    expect(outbox.first()).toBeUndefined();
    outbox.removeFirst();
    expect(outbox.count).toBe(0);
  });

  it("holds large numbers: years of uptime, billions of readings", () => {
    const outbox = new Outbox(4);
    const old = { seq: 4_000_000_000, takenMs: 400_000_000_000, light: 1023, ledOn: true };
    outbox.push(old);
    expect(outbox.first()).toEqual(old);
  });

  it("stays correct when its buffer wraps around repeatedly", () => {
    const outbox = new Outbox(5);
    for (let seq = 1; seq <= 1000; seq++) {
      outbox.push(reading(seq, seq * 1000));
      if (outbox.count < 4) continue;
      expect(outbox.first()?.seq).toBe(seq - 3);
      outbox.removeFirst();
    }
  });

  it.each([
    ["1 hour", 3600, 8],
    ["1 day", 86_400, 256],
    ["1 week", 604_800, 2048],
  ])("keeps the whole shape of an outage of %s", (_name, durationS, worstGapS) => {
    const left = afterOutage(durationS, 2000);
    const times = left.map(({ takenMs }) => takenMs / 1000);
    expect(times[0]).toBe(0);
    expect(times.at(-1)).toBe(durationS);
    expect(left.length).toBeGreaterThan(CAPACITY / 4);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    // All gaps between the kept readings are equal, except for the newest gap.
    const inner = gaps.slice(0, -1);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(worstGapS);
    expect(Math.min(...inner)).toBe(Math.max(...inner));
  });

  it("never drops the oldest reading, which may be in flight, nor the newest", () => {
    const outbox = new Outbox(16);
    for (let seq = 1; seq <= 10_000; seq++) {
      outbox.push(reading(seq, seq * 137));
      expect(outbox.first()?.seq).toBe(1);
      expect(outbox.count).toBeLessThanOrEqual(16);
    }
    expect(drain(outbox).at(-1)?.seq).toBe(10_000);
  });

  it("drops nothing while it has room, however readings come and go", () => {
    const random = new Random(20_261_129);
    const outbox = new Outbox(16);
    let takenMs = 0;
    let wasFull = false;
    for (let seq = 1; seq <= 100_000; seq++) {
      const before = outbox.count;
      wasFull ||= before === 16;
      outbox.push(reading(seq, (takenMs += random.below(5000))));
      if (!wasFull) expect(outbox.count).toBe(before + 1);
      for (let left = random.below(4) - 1; left > 0 && outbox.count > 0; left--) {
        outbox.removeFirst();
        wasFull = false;
      }
    }
  });

  it("survives a burst within one tick", () => {
    const outbox = new Outbox(8);
    for (let seq = 1; seq <= 100; seq++) outbox.push(reading(seq, 5000));
    const left = drain(outbox);
    expect([left[0]?.seq, left.at(-1)?.seq]).toEqual([1, 100]);
  });
});

describe("docs/device.md", () => {
  it.each([
    [15 * 60, 451, 2],
    [3600, 451, 8],
    [86_400, 339, 256],
    [604_800, 297, 2048],
  ])("states what is left of an outage of %i s", (durationS, count, everyS) => {
    const left = afterOutage(durationS, 2000);
    expect(left.length).toBe(count);
    expect(((left[2]?.takenMs ?? 0) - (left[1]?.takenMs ?? 0)) / 1000).toBe(everyS);
  });
});
