import { describe, expect, it } from "vitest";
import {
  canBeCancelled,
  fleetWords,
  isFleetShown,
  isShown,
  leftWords,
  lineWords,
  nowWords,
  progressOf,
} from "../../server/page/update-words";
import type { FleetView, UpdateView } from "../../src/common/update-api";
import { isOver } from "../../src/common/update-api";

const update = (step: UpdateView["step"], sinceMs = 3_100): UpdateView => ({
  id: "a",
  step,
  begunMs: 1_000,
  sinceMs,
  lines: [{ atMs: 3_100, text: "connected" }],
});

const fleet = (change: Partial<FleetView> = {}): FleetView => ({
  step: "going",
  waves: [["a"], ["b"], ["c", "d"]],
  wave: 1,
  downgrade: false,
  ...change,
});

const updateOf = (id: string) => (id === "a" ? { ...update("confirmed"), id } : undefined);

describe("an update", () => {
  it("is described line by line", () => {
    const sending = update("sending");
    expect(lineWords(sending, { atMs: 3_100, text: "connected" })).toBe("2.1 s: connected");
    expect(nowWords(sending)).toBe("connected");
    expect(nowWords({ ...sending, lines: [] })).toBe("begun");
    expect([progressOf(update("asked")), progressOf(sending)]).toEqual([1, 2]);
  });

  it("can be cancelled until the device has the program", () => {
    const steps = ["waiting", "asked", "sending", "trial", "confirmed", "failed"] as const;
    const early = ["waiting", "asked", "sending"];
    expect(steps.filter((step) => canBeCancelled(update(step)))).toEqual(early);
    expect(steps.filter((step) => isOver(update(step)))).toEqual(["confirmed", "failed"]);
  });

  it("stays on the page for ten minutes, a failed one until the next", () => {
    expect(isShown(update("waiting"), 1e9)).toBe(true);
    expect(isShown(update("failed"), 1e9)).toBe(true);
    expect(isShown(update("confirmed"), 603_099)).toBe(true);
    expect(isShown(update("confirmed"), 603_100)).toBe(false);
  });
});

describe("an update of several devices", () => {
  it.each<[Partial<FleetView>, string]>([
    [{}, "Wave 2 of 3: 1 of 4 devices run the new program."],
    [
      { waits: true },
      "1 of 4 devices run the new program. It continues when one of the devices comes back.",
    ],
    [{ step: "done", waves: [["a"]] }, "1 of 1 device runs the new program."],
    [
      { step: "done" },
      "1 of 4 devices run the new program. The others get it when they come back.",
    ],
    [
      { step: "stopped", why: "b: taken back" },
      "Stopped: b: taken back. 1 of 4 devices run the new program. The others keep theirs.",
    ],
    [
      { step: "cancelled" },
      "Cancelled. 1 of 4 devices run the new program. Transfers in progress continue.",
    ],
  ])("is described in words: %j", (change, words) => {
    expect(fleetWords(fleet(change), updateOf)).toBe(words);
  });

  it("names the devices left out", () => {
    expect(leftWords(fleet())).toBe("");
    expect(leftWords(fleet({ left: ["x: no key"] }))).toBe("1 device was left out: x: no key");
    expect(leftWords(fleet({ left: ["x", "y"] }))).toBe("2 devices were left out: x; y");
  });

  it("stays on the page while it is running or if it stopped, and for ten minutes", () => {
    expect(isFleetShown(fleet(), updateOf, 1e9)).toBe(true);
    expect(isFleetShown(fleet({ step: "stopped" }), updateOf, 1e9)).toBe(true);
    expect(isFleetShown(fleet({ step: "done" }), updateOf, 603_099)).toBe(true);
    expect(isFleetShown(fleet({ step: "done" }), updateOf, 603_100)).toBe(false);
  });
});
