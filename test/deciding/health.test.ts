import { describe, expect, it } from "vitest";
import { type HealthFacts, healthOf } from "../../server/deciding/health";

const waiting = (why: "order" | "return" | "refused", monotonicMs: number) => ({
  command: { why, since: { wallMs: 7, monotonicMs } },
});
const commandNote = (why: string) => [{ about: "command", why, sinceMs: 7 }];
const away = { online: false, status: "offline" } as const;
const awayNote = { about: "offline", why: "said", sinceMs: null };

const well: HealthFacts = {
  online: true,
  status: "online",
  lastSeenMs: 1_000,
  silenceMs: 30_000,
  orderExpiresMs: 60_000,
  nowMs: 10_000,
};

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
    ["nothing of a command that is on its way", { state: {}, ...waiting("order", 9_000) }, []],
    [
      "that the device has not confirmed a command",
      { state: {}, ...waiting("order", 5_000) },
      commandNote("unconfirmed"),
    ],
    ["nothing of what a lesson device can't confirm", waiting("order", 5_000), []],
    [
      "that a command waits for the device",
      { ...away, ...waiting("return", 9_000) },
      [awayNote, ...commandNote("away")],
    ],
    ["nothing of it once the device is back", waiting("return", 9_000), []],
    [
      "that a command was not carried out in time",
      { ...away, state: {}, ...waiting("order", -50_000) },
      [awayNote, ...commandNote("expired")],
    ],
    [
      "that a command can't be carried out",
      { state: {}, ...waiting("refused", 9_000) },
      commandNote("refused"),
    ],
  ])("reports %s", (_, facts, notes) => {
    expect(healthOf({ ...well, ...facts })).toEqual(notes);
  });
});
