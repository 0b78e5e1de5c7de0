import { describe, expect, it } from "vitest";
import { advanceFleet, splitIntoWaves } from "../../server/updates/fleet";
import { enterStep, type Job, newJob } from "../../server/updates/job";
import type { FleetView } from "../../src/common/update-api";

const ids = (count: number) => Array.from({ length: count }, (_, i) => `lamp-${i}`);

it.each([
  [1, 0, [1]],
  [2, 0, [1, 1]],
  [3, 1, [1, 1, 2]],
  [200, 5, [1, 20, 184]],
  [0, 3, [1, 1, 1]],
])("%i online and %i offline devices are updated in waves of %j", (online, away, sizes) => {
  const gone = ids(away).map((id) => `away-${id}`);
  const planned = splitIntoWaves(ids(online), gone);
  expect(planned.map(({ length }) => length)).toEqual(sizes);
  expect(planned.flat()).toEqual([...ids(online), ...gone]);
});

describe("a fleet", () => {
  function setUp(count: number, isOnline: (id: string) => boolean = () => true) {
    const fleet: FleetView = {
      step: "going",
      waves: splitIntoWaves(ids(count), []),
      wave: 0,
      downgrade: false,
    };
    const jobs = new Map<string, Job>();
    const begin = (names: string[]) => {
      for (const id of names) {
        const job = newJob(id, false, 0);
        enterStep(job, "waiting", "begun", 0);
        jobs.set(id, job);
      }
    };
    begin(fleet.waves[0] ?? []);
    const finish = (id: string, step: Job["step"], text: string) => {
      const job = jobs.get(id);
      if (job) enterStep(job, step, text, 1);
      const jobOf = (name: string) => jobs.get(name);
      const next = advanceFleet(fleet, { jobOf, isOnline, nowMs: 2 });
      begin(next.begin);
      return next;
    };
    return { fleet, jobs, finish };
  }

  it("continues when a whole wave is confirmed", () => {
    const { fleet, jobs, finish } = setUp(21);
    expect(finish("lamp-0", "confirmed", "").begin).toEqual(["lamp-1", "lamp-2", "lamp-3"]);
    expect(finish("lamp-1", "confirmed", "").begin).toEqual([]);
    expect(finish("lamp-3", "confirmed", "").begin).toEqual([]);
    expect(finish("lamp-2", "confirmed", "").begin).toHaveLength(17);
    for (const id of ids(21).slice(4)) finish(id, "confirmed", "");
    expect(fleet).toMatchObject({ step: "done", wave: 3 });
    expect(jobs.size).toBe(21);
  });

  it("tries another device first if the first goes offline, and does not wait for that one", () => {
    const gone = new Set(["lamp-0"]);
    const { fleet, jobs, finish } = setUp(30, (id) => !gone.has(id));
    expect(finish("lamp-0", "waiting", "away").begin).toEqual(["lamp-1"]);
    expect(fleet).toMatchObject({ step: "going", wave: 0 });
    expect(fleet.waves.map(({ length }) => length)).toEqual([2, 2, 26]);
    expect(finish("lamp-1", "sending", "").begin).toEqual([]);
    expect(finish("lamp-1", "confirmed", "").begin).toEqual(["lamp-2", "lamp-3"]);
    for (const id of ids(30).slice(2)) finish(id, "confirmed", "");
    expect(fleet.step).toBe("done");
    expect(jobs.get("lamp-0")?.step).toBe("waiting");
  });

  it("waits for any of its devices if all have gone offline", () => {
    let isThere = "";
    const { fleet, finish } = setUp(3, (id) => id === isThere);
    expect(finish("lamp-0", "waiting", "away").begin).toEqual([]);
    expect(fleet).toMatchObject({ step: "going", waits: true });
    isThere = "lamp-2";
    expect(finish("lamp-0", "waiting", "away").begin).toEqual(["lamp-2"]);
    expect(fleet).toEqual({
      step: "going",
      waves: [["lamp-0", "lamp-2"], ["lamp-1"]],
      wave: 0,
      downgrade: false,
    });
  });

  it("does not wait for a device that was switched off during its update", () => {
    const { fleet, jobs, finish } = setUp(2, (id) => id !== "lamp-0");
    expect(finish("lamp-0", "sending", "").begin).toEqual([]);
    const jobOf = (name: string) => jobs.get(name);
    const isOnline = (id: string) => id !== "lamp-0";
    expect(advanceFleet(fleet, { jobOf, isOnline, nowMs: 300_002 }).begin).toEqual(["lamp-1"]);
  });

  it("stops at the first failure, names the device and the reason, and releases waiting devices", () => {
    const { fleet, jobs, finish } = setUp(200);
    finish("lamp-0", "confirmed", "");
    finish("lamp-1", "confirmed", "");
    const { begin, cancel } = finish("lamp-2", "failed", "taken back: panicked twice: 60014");
    expect(begin).toEqual([]);
    expect(cancel).toEqual(ids(200).slice(3, 21));
    expect(fleet).toMatchObject({
      step: "stopped",
      why: "lamp-2: taken back: panicked twice: 60014",
    });
    expect(jobs.size).toBe(21);
    expect(finish("lamp-3", "confirmed", "")).toEqual({ begin: [], cancel: [] });
  });

  it("stops at the canary before any other device was asked", () => {
    const { jobs, finish } = setUp(200);
    finish("lamp-0", "failed", "not confirmed within 120 s");
    expect([...jobs.keys()]).toEqual(["lamp-0"]);
  });
});
