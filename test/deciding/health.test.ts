import { describe, expect, it } from "vitest";
import { type HealthFacts, healthOf } from "../../server/deciding/health";

const well: HealthFacts = { online: true, status: "online", lastSeenMs: 1_000, silenceMs: 30_000 };

describe("the health of a device", () => {
  it.each<[string, Partial<HealthFacts>, object[]]>([
    ["nothing while all is well", {}, []],
    [
      "that its status topic says offline",
      { online: false, status: "offline" },
      [{ about: "offline", why: "said", sinceMs: null }],
    ],
    [
      "that it fell silent, and the limit",
      { online: false, status: undefined },
      [{ about: "offline", why: "silent", sinceMs: 1_000, limitMs: 30_000 }],
    ],
    [
      "that it fell silent, although its status topic still says online",
      { online: false },
      [{ about: "offline", why: "silent", sinceMs: 1_000, limitMs: 30_000 }],
    ],
    [
      "what was dropped",
      {
        dropped: new Map([
          ["repeated", { reason: "repeated", count: 2, lastMs: 5, detail: "seq 1" }],
        ]),
      },
      [{ about: "dropped", reason: "repeated", count: 2, lastMs: 5, detail: "seq 1" }],
    ],
    [
      "that it was never heard",
      { online: false, status: undefined, lastSeenMs: null },
      [{ about: "offline", why: "unheard", sinceMs: null }],
    ],
    [
      "that it decides by itself",
      { state: { decided_by: "device" } },
      [{ about: "alone", sinceMs: null }],
    ],
  ])("says %s", (_, facts, notes) => {
    expect(healthOf({ ...well, ...facts })).toEqual(notes);
  });
});
