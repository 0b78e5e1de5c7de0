import { describe, expect, it } from "vitest";
import { healthSentences } from "../../server/page/health-words";
import { clockWords, dateWords } from "../../server/page/words";
import type { HealthNote } from "../../src/common/api";
import { deviceView } from "./views";

const device = deviceView("a");
const atMs = Date.parse("2026-11-22T20:15:02Z");
const at = clockWords(atMs);

describe("the health of a device in words", () => {
  it.each<[HealthNote, string]>([
    [
      { about: "offline", why: "said", sinceMs: null },
      "Offline: it disconnected, or its connection was lost.",
    ],
    [
      { about: "offline", why: "silent", sinceMs: atMs, limitMs: 30_000 },
      `Offline: no message since ${at}. It counts as offline after 30 s.`,
    ],
    [
      { about: "offline", why: "unheard", sinceMs: null },
      "Offline: no message since the server started.",
    ],
    [{ about: "alone", sinceMs: atMs }, `Decides by itself since ${at}: no server answers it.`],
    [
      { about: "command", why: "away", sinceMs: atMs },
      `A command has been waiting since ${at}: the device is offline.`,
    ],
    [
      { about: "command", why: "refused", sinceMs: null },
      "A command has had no effect: the device considers it already done.",
    ],
    [
      { about: "command", why: "expired", sinceMs: atMs },
      `A command has expired after waiting since ${at}: the device did not get it in time.`,
    ],
    [
      { about: "dropped", reason: "telemetry", count: 1, lastMs: atMs, detail: "light: missing" },
      `1 message ignored, the last at ${at}: light: missing.`,
    ],
  ])("is shown as %j", (note, words) => {
    expect(healthSentences({ ...device, health: [note] })).toEqual([words]);
  });

  it("is not shown while all is well", () => {
    expect(healthSentences(device)).toEqual([]);
  });

  it.each([
    [
      { trial: true },
      "Is trying a new program or new settings: they are kept once a reading has arrived.",
    ],
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
      "It rejected an order: this device has no update key.",
    ],
  ])("includes what the device reports of its program: %j", (state, sentence) => {
    expect(healthSentences({ ...device, state })).toEqual([sentence]);
  });

  it("includes why its last run ended, and where", () => {
    const crash = { id: "a", atMs, text: "panic 60005 at main_F0 (pc:86)" };
    expect(healthSentences(device, crash)).toEqual([
      `The program crashed, as the device reported on ${dateWords(atMs)}, ${at}: ${crash.text}.`,
    ]);
    const known = { ...crash, program: "427b134a", place: "src/main.ts:49" };
    expect(healthSentences(device, known)[0]).toMatch(
      /^Program 427b134a crashed, .*: panic 60005 at main_F0 \(pc:86\), src\/main\.ts:49\.$/,
    );
  });
});
