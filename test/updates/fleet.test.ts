import { describe, expect, it } from "vitest";
import { advance, waves } from "../../server/updates/fleet";
import { enter, type Job, newJob } from "../../server/updates/job";
import type { FleetView } from "../../src/common/api";

const ids = (count: number) => Array.from({ length: count }, (_, i) => `lamp-${i}`);

it.each([
  [1, 0, [1]],
  [2, 0, [1, 1]],
  [3, 1, [1, 1, 2]],
  [200, 5, [1, 20, 184]],
  [0, 3, [3]],
])("%i that are there and %i that are away go in waves of %j", (online, away, sizes) => {
  const gone = ids(away).map((id) => `away-${id}`);
  const planned = waves(ids(online), gone);
  expect(planned.map(({ length }) => length)).toEqual(sizes);
  expect(planned.flat()).toEqual([...ids(online), ...gone]);
});

describe("a fleet", () => {
  function setUp(count: number, isOnline: (id: string) => boolean = () => true) {
    const fleet: FleetView = {
      step: "going",
      waves: waves(ids(count), []),
      wave: 0,
      downgrade: false,
    };
    const jobs = new Map<string, Job>();
    const begin = (names: string[]) => {
      for (const id of names) {
        const job = newJob(id, false, 0);
        enter(job, "waiting", "begun", 0);
        jobs.set(id, job);
      }
    };
    begin(fleet.waves[0] ?? []);
    const finish = (id: string, step: Job["step"], text: string) => {
      const job = jobs.get(id);
      if (job) enter(job, step, text, 1);
      const next = advance(fleet, (name) => jobs.get(name), isOnline);
      begin(next.begin);
      return next;
    };
    return { fleet, jobs, finish };
  }

  it("goes on when a whole wave is confirmed", () => {
    const { fleet, jobs, finish } = setUp(21);
    expect(finish("lamp-0", "confirmed", "").begin).toEqual(["lamp-1", "lamp-2", "lamp-3"]);
    expect(finish("lamp-1", "confirmed", "").begin).toEqual([]);
    expect(finish("lamp-3", "confirmed", "").begin).toEqual([]);
    expect(finish("lamp-2", "confirmed", "").begin).toHaveLength(17);
    for (const id of ids(21).slice(4)) finish(id, "confirmed", "");
    expect(fleet).toMatchObject({ step: "done", wave: 3 });
    expect(jobs.size).toBe(21);
  });

  it("is not held up by one that has gone away, but proves itself on one that is there", () => {
    const gone = new Set(["lamp-0"]);
    const { fleet, jobs, finish } = setUp(3, (id) => !gone.has(id));
    expect(finish("lamp-0", "waiting", "away").begin).toEqual([]);
    expect(fleet).toMatchObject({ step: "going", wave: 0 });
    gone.clear();
    gone.add("lamp-1");
    expect(finish("lamp-0", "confirmed", "").begin).toEqual(["lamp-1"]);
    expect(finish("lamp-0", "confirmed", "").begin).toEqual(["lamp-2"]);
    finish("lamp-2", "confirmed", "");
    expect(fleet.step).toBe("done");
    expect(jobs.get("lamp-1")?.step).toBe("waiting");
  });

  it("stops at the first that fails, says which and why, and lets go of those that wait", () => {
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

  it("stops at the canary before any other was touched", () => {
    const { jobs, finish } = setUp(200);
    finish("lamp-0", "failed", "not confirmed within 120 s");
    expect([...jobs.keys()]).toEqual(["lamp-0"]);
  });
});
