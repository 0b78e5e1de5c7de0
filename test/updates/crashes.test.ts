import { beforeEach, describe, expect, it } from "vitest";
import { Crashes } from "../../server/updates/crashes";
import { enterStep, type Job, newJob } from "../../server/updates/job";
import type { CrashView } from "../../src/common/update-api";
import type { StateReport } from "../../src/common/wire";

const PANIC = "panic 60005 at main_F0 (pc:86)";
let said: string[];
let nowMs: number;

beforeEach(() => {
  said = [];
  nowMs = 1000;
});

function start(kept: CrashView[] = []) {
  const crashes = new Crashes(
    {
      clock: { wallMs: () => nowMs },
      log: (_source, text) => said.push(text),
      programWith: (hash, _board, job) => (hash === 0x1abcdef ? job?.hash?.slice(0, 8) : undefined),
      placeIn: (_text, program, board) => (board === "" ? `src/${program}.ts:49` : undefined),
    },
    kept,
  );
  const says = (state: StateReport | null, job?: Job) => crashes.look({ id: "a", state }, job);
  return { crashes, says };
}

function job(step: Job["step"], text = ""): Job {
  const job = newJob("a", false, 500);
  job.hash = "ffffffffff";
  enterStep(job, step, text, 600);
  return job;
}

describe("crashes", () => {
  it("are logged once, however often the device's state arrives", () => {
    const { crashes, says } = start();
    expect(says(null)).toBe(false);
    expect(says({ program: "p1" })).toBe(false);
    expect(says({ program: "p1", crash: PANIC })).toBe(true);
    expect(says({ program: "p1", crash: PANIC })).toBe(false);
    expect(says({ program: "p1" })).toBe(false);
    const crash = { id: "a", atMs: 1000, text: PANIC, place: "src/p1.ts:49", program: "p1" };
    expect(crashes.all()).toEqual([crash]);
    const line = `a: its last run of program p1 crashed: ${PANIC}, src/p1.ts:49`;
    expect(said).toEqual([line]);
    // The device reports the same crash after another run, so it counts as a new crash.
    expect(says({ program: "p1", crash: PANIC })).toBe(true);
    expect(said).toHaveLength(2);
  });

  it("are not logged again after a restart while the broker still has the state", () => {
    const kept = { id: "a", atMs: 1, text: PANIC };
    const { crashes, says } = start([kept]);
    expect(says({ program: "p1", crash: PANIC })).toBe(false);
    expect(crashes.all()).toEqual([kept]);
  });

  const takenBack = { program: "p1", taken_back: "panicked twice: 60005" };

  it.each<[string, Job | undefined, StateReport, string | undefined]>([
    ["program that ran before and runs again", undefined, { program: "p1" }, "p1"],
    ["program in trial", job("trial", ""), { program: "p2" }, "ffffffff"],
    [
      "program that was taken back",
      job("failed", "taken back: panicked twice: 60005"),
      takenBack,
      "ffffffff",
    ],
    ["unknown program if no update of this server was taken back", undefined, takenBack, undefined],
    ["unknown program after another failure", job("failed", "taken back: x"), takenBack, undefined],
    ["unknown program if another one runs now", undefined, { program: "p2" }, undefined],
    [
      "program that ran before, if another one failed",
      job("failed", "refused"),
      { program: "p1" },
      "p1",
    ],
  ])("belong to the %s", (_what, about, state, program) => {
    const { crashes, says } = start();
    says({ program: "p1" });
    says({ ...state, crash: PANIC }, about);
    expect(crashes.all()[0]?.program).toBe(program);
  });

  it.each([
    ["01abcdef", "ffffffff"],
    ["01abcdee", undefined],
  ])("belong to the program that the runtime names by its hash: 0x%s", (hash, program) => {
    const { crashes, says } = start();
    says({ program: "p1" });
    // Without the hash in the report, the crash would be assigned to the program that ran before.
    says({ program: "p1", crash: `${PANIC}, program 0x${hash}` }, job("failed", "refused"));
    expect(crashes.all()[0]?.program).toBe(program);
  });

  it("have no place in the source if the program is unknown", () => {
    const { crashes, says } = start();
    says({ crash: "watchdog" });
    expect(crashes.all()).toEqual([{ id: "a", atMs: 1000, text: "watchdog" }]);
    says({ board: "pico-w", program: "p1" });
    says({ board: "pico-w", program: "p1", crash: PANIC });
    expect(crashes.all()).toEqual([{ id: "a", atMs: 1000, text: PANIC, program: "p1" }]);
    expect(said).toEqual([
      "a: its last run crashed: watchdog",
      `a: its last run of program p1 crashed: ${PANIC}`,
    ]);
  });

  it("stay until a later program is confirmed, or the device is removed", () => {
    const { crashes, says } = start();
    says({ program: "p1", crash: PANIC });
    expect(says({ program: "p1" }, job("confirmed"))).toBe(false);
    const later = { ...job("confirmed"), begunMs: 1001 };
    expect(says({ program: "p2" }, later)).toBe(true);
    expect(crashes.all()).toEqual([]);
    says({ program: "p2", crash: PANIC });
    crashes.forget("a");
    expect(crashes.all()).toEqual([]);
  });
});
