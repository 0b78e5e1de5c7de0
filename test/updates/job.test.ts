import { describe, expect, it } from "vitest";
import { cancel, checkProgress, enterStep, type Job, newJob } from "../../server/updates/job";
import { isOver } from "../../src/common/update-api";
import type { StateReport } from "../../src/common/wire";

const HASH = "0123456789abcdef".repeat(4);

/** Returns the server's knowledge about a device at a given time. */
const known = (state: StateReport | null, atMs = 0, online = true) => ({
  online,
  state,
  stateHeardMs: atMs,
});
const last = (job: Job) => job.lines.at(-1)?.text;

function asked(): Job {
  const job = newJob("desk-1", false, 1000);
  job.n = 5;
  job.hash = HASH;
  job.tries = 1;
  enterStep(job, "asked", "asked", 1000);
  return job;
}

function inTrial(): Job {
  const job = asked();
  enterStep(job, "trial", "it starts", 2000);
  return job;
}

describe("a job", () => {
  it("waits until the device is online and reports its program", () => {
    const job = newJob("desk-1", false, 0);
    enterStep(job, "waiting", "begun", 0);
    expect(checkProgress(job, undefined, 1)).toBe(false);
    expect(checkProgress(job, known({ program: "a" }, 0, false), 2)).toBe(false);
    expect(checkProgress(job, known(null), 3)).toBe(false);
    expect(checkProgress(job, known({ program: "a" }), 4)).toBe(true);
    expect(job.step).toBe("waiting");
  });

  it("fails for a program that accepts no update", () => {
    const job = newJob("desk-1", false, 0);
    expect(checkProgress(job, known({ fw: "0.2.0" }), 1)).toBe(false);
    expect(last(job)).toMatch(/can't be updated over the network/);
  });

  it("fails for a lesson device, but gives one that comes back time to report its program", () => {
    const job = newJob("desk-1", false, 0);
    expect(checkProgress(job, known(null, 0, false), 1_000_000)).toBe(false);
    expect(checkProgress(job, known(null), 2_000_000)).toBe(false);
    expect(checkProgress(job, known(null, 0, false), 2_020_000)).toBe(false);
    expect(checkProgress(job, known(null), 2_040_000)).toBe(false);
    expect(checkProgress(job, known(null), 2_070_000)).toBe(false);
    expect(job.step).toBe("waiting");
    expect(checkProgress(job, known(null), 2_070_001)).toBe(false);
    expect(last(job)).toMatch(/does not report which program it runs/);
  });

  it("fails with the device's own message if it refuses this order", () => {
    const job = asked();
    checkProgress(job, known({ program: "a", refused: "4: older refusal" }, 1500), 1500);
    expect(job.step).toBe("asked");
    checkProgress(job, known({ program: "a", refused: "5: no space" }, 900), 1500);
    expect(job.step).toBe("asked");
    checkProgress(job, known({ program: "a", refused: "5: no space" }, 1500), 1500);
    expect(last(job)).toBe("refused by the device: no space");
    expect(isOver(job)).toBe(true);
  });

  it("continues if its order arrives twice because the device lost its power before the acknowledgement", () => {
    const job = asked();
    const refused = "5: expected an n above 5, got 5";
    expect(checkProgress(job, known({ program: "a", refused }, 1500), 1500)).toBe(false);
    expect(job.step).toBe("asked");
    expect(checkProgress(job, known({ program: "a", refused }, 1500), 92_000)).toBe(true);
  });

  it("repeats the order once if the device does not come while it is online", () => {
    const job = asked();
    expect(checkProgress(job, known({ program: "a" }, 0), 90_000)).toBe(false);
    expect(checkProgress(job, known({ program: "a" }, 0), 92_000)).toBe(true);
    job.tries = 2;
    expect(checkProgress(job, known({ program: "a" }, 0), 92_000)).toBe(false);
    expect(last(job)).toBe("did not fetch the program within 90 s, in two tries");
  });

  it("waits for a device that was switched off before it came, and starts again", () => {
    const job = asked();
    expect(checkProgress(job, known({ program: "a" }, 0, false), 90_000)).toBe(false);
    expect(job.step).toBe("asked");
    expect(checkProgress(job, known({ program: "a" }, 0, false), 91_000)).toBe(false);
    expect(job).toMatchObject({ step: "waiting", tries: 0 });
    expect(checkProgress(job, known({ program: "a" }), 500_000)).toBe(true);
  });

  it("does not count the time during which the server has no broker", () => {
    const job = inTrial();
    expect(checkProgress(job, known(null, 0, false), 400_000, false)).toBe(false);
    checkProgress(job, known(null, 0, false), 579_000);
    expect(job.step).toBe("trial");
    checkProgress(job, known(null, 0, false), 580_000);
    expect(job.step).toBe("failed");

    const waiting = newJob("desk-1", false, 0);
    expect(checkProgress(waiting, known({ program: "a" }), 1, false)).toBe(false);
    expect(checkProgress(waiting, known({ program: "a" }), 2, false)).toBe(false);
    expect(waiting.lines.map(({ text }) => text)).toEqual([
      "waiting: the server is not connected to its broker, and continues when it is",
    ]);
    expect(checkProgress(waiting, known({ program: "a" }), 3)).toBe(true);
  });

  it("can be cancelled until the device has the program", () => {
    const waiting = newJob("desk-1", false, 0);
    expect(cancel(waiting, 5)).toBeUndefined();
    expect(waiting).toMatchObject({ step: "cancelled", lines: [{ atMs: 5, text: "cancelled" }] });
    expect(checkProgress(waiting, known({ program: "a" }), 6)).toBe(false);
    expect(cancel(waiting, 7)).toBe("its update is over");
    const job = asked();
    expect(cancel(job, 2000)).toBeUndefined();
    expect(last(job)).toBe("cancelled: the device resumes its program within 60 s");
    const sending = asked();
    enterStep(sending, "sending", "sending", 1200);
    expect(cancel(sending, 2000)).toBeUndefined();
    expect(last(sending)).toMatch(/^cancelled during the transfer: .*the next update$/);
    expect(cancel(inTrial(), 3000)).toMatch(/^can't be cancelled any more/);
  });

  it("is confirmed when the device reports that it runs the program, not in trial", () => {
    const job = inTrial();
    for (const atMs of [2500, 2600])
      checkProgress(job, known({ program: "01234567", trial: true }, atMs), atMs);
    expect(job.step).toBe("trial");
    expect(job.lines.slice(2)).toEqual([{ atMs: 2500, text: "trying 01234567, after 1.5 s" }]);
    checkProgress(job, known({ program: "01234567" }, 3500), 3500);
    expect(job.step).toBe("confirmed");
    expect(last(job)).toBe("confirmed: it runs 01234567, after 2.5 s");
  });

  it("is confirmed, too, if the server was down in between", () => {
    const job = asked();
    enterStep(job, "sending", "sending", 1200);
    checkProgress(job, known({ program: "01234567" }, 3500), 3500);
    expect(job.step).toBe("confirmed");
  });

  it("reports why the runtime has taken the program back", () => {
    const job = inTrial();
    checkProgress(job, known({ program: "a", taken_back: "panicked twice: 60014" }, 1500), 2100);
    expect(job.step).toBe("trial");
    checkProgress(job, known({ program: "a", taken_back: "panicked twice: 60014" }, 2500), 2500);
    expect(last(job)).toBe("taken back: panicked twice: 60014");
    expect(job.step).toBe("failed");
  });

  it.each([
    ["offline", false],
    ["online, but none of its readings arrived, or it keeps restarting", true],
  ])("fails if there is no confirmation in time: %s", (state, online) => {
    const job = inTrial();
    checkProgress(job, known({ program: "01234567", trial: true }, 2500, online), 181_000);
    expect(job.step).toBe("trial");
    checkProgress(job, known({ program: "01234567", trial: true }, 2500, online), 182_000);
    expect(last(job)).toBe(`not confirmed within 180 s: it is ${state}`);
  });

  it("does not change after its end", () => {
    const job = inTrial();
    enterStep(job, "failed", "why", 3000);
    expect(checkProgress(job, known({ program: "01234567" }, 4000), 4000)).toBe(false);
    expect(job.step).toBe("failed");
  });

  it("has no time limit while it is being sent", () => {
    const job = asked();
    enterStep(job, "sending", "sending", 1200);
    expect(checkProgress(job, undefined, 1e9)).toBe(false);
    expect(job.step).toBe("sending");
  });
});
