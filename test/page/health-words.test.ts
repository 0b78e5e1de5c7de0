import { describe, expect, it } from "vitest";
import { healthSentences } from "../../server/page/health-words";
import { clockWords, dateWords } from "../../server/page/words";
import type { DeviceView, HealthNote } from "../../src/common/api";

const device: DeviceView = {
  id: "a",
  online: true,
  simulated: false,
  light: null,
  values: {},
  ledOn: null,
  lastSeen: null,
  state: null,
  health: [],
};
const atMs = Date.parse("2026-11-22T20:15:02Z");
const at = clockWords(atMs);

describe("the health of a device in words", () => {
  it.each<[HealthNote, string]>([
    [
      { about: "offline", why: "said", sinceMs: null },
      "Offline: it said good-bye, or its connection broke.",
    ],
    [
      { about: "offline", why: "silent", sinceMs: atMs, limitMs: 30_000 },
      `Offline: nothing was heard since ${at}. It counts as offline after 30 s.`,
    ],
    [
      { about: "offline", why: "unheard", sinceMs: null },
      "Offline: nothing was heard since the server started.",
    ],
    [{ about: "alone", sinceMs: atMs }, `Decides by itself since ${at}: no server answers it.`],
    [
      { about: "command", why: "away", sinceMs: atMs },
      `A command waits since ${at}: the device is away.`,
    ],
    [
      { about: "command", why: "refused", sinceMs: null },
      "A command can't be carried out: the device takes it for done already.",
    ],
    [
      { about: "command", why: "expired", sinceMs: atMs },
      `A command waited since ${at} and is void: the device did not get it in time.`,
    ],
    [
      { about: "dropped", reason: "telemetry", count: 1, lastMs: atMs, detail: "light: missing" },
      `1 message of no use, the last at ${at}: light: missing.`,
    ],
  ])("is shown as %j", (note, words) => {
    expect(healthSentences({ ...device, health: [note] })).toEqual([words]);
  });

  it("is not shown while all is well", () => {
    expect(healthSentences(device)).toEqual([]);
  });

  it.each([
    [{ trial: true }, "Tries a new program, or new settings: kept once a reading has arrived."],
    [
      { taken_back: "settings: no reading arrived in 120 s: no address from DHCP" },
      "New settings were taken back: no reading arrived in 120 s: no address from DHCP.",
    ],
    [
      { taken_back: "panicked twice: 60014" },
      "The last update was taken back: panicked twice: 60014.",
    ],
    [
      { refused: "7: this device has no update key" },
      "It refused an order: this device has no update key.",
    ],
  ])("includes what the device reports of its program: %j", (state, sentence) => {
    expect(healthSentences({ ...device, state })).toEqual([sentence]);
  });

  it("includes why its last run ended, and where", () => {
    const crash = { id: "a", atMs, text: "panic 60005 at main_F0 (pc:86)" };
    expect(healthSentences(device, crash)).toEqual([
      `A run ended in a fault, as the device said on ${dateWords(atMs)}, ${at}: ${crash.text}.`,
    ]);
    const known = { ...crash, program: "427b134a", place: "src/main.ts:49" };
    expect(healthSentences(device, known)[0]).toMatch(
      /^A run of program 427b134a .*: panic 60005 at main_F0 \(pc:86\), src\/main\.ts:49\.$/,
    );
  });
});
