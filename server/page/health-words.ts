import type { DeviceView, HealthNote } from "../../src/common/api";
import type { CrashView } from "../../src/common/update-api";
import { clockWords, countWords, dateWords, durationWords } from "./words";

/** Explanations of why a device does not work as expected. Pure. */

/** Returns one sentence for each note, the most urgent first; none if all is well. */
export function healthSentences({ health, state }: DeviceView, crash?: CrashView): string[] {
  return [...health.map(words), ...programSentences(state), ...crashSentences(crash)];
}

/** Returns words for the crash of the device's last run, if the server knows of one. */
function crashSentences(crash: CrashView | undefined): string[] {
  if (!crash) return [];
  const { atMs, text, place, program } = crash;
  const subject = program === undefined ? "The program" : `Program ${program}`;
  const where = place === undefined ? text : `${text}, ${place}`;
  return [
    `${subject} crashed, as the device reported on ${dateWords(atMs)}, ${clockWords(atMs)}: ${where}.`,
  ];
}

/** Prefix of a device's message that is about settings, not about a program. */
const SETTINGS = "settings: ";

/** Returns words for the device's messages about its program and about settings that it tried. */
function programSentences(state: DeviceView["state"]): string[] {
  const { trial, taken_back, refused } = state ?? {};
  const sentences: string[] = [];
  if (trial)
    sentences.push(
      "Is trying a new program or new settings: they are kept once a reading has arrived.",
    );
  if (taken_back?.startsWith(SETTINGS))
    sentences.push(`New settings were taken back: ${taken_back.slice(SETTINGS.length)}.`);
  else if (taken_back !== undefined)
    sentences.push(`The last update was taken back: ${taken_back}.`);
  if (refused !== undefined)
    sentences.push(`It rejected an order: ${refused.replace(/^\d+: /, "")}.`);
  return sentences;
}

function words(note: HealthNote): string {
  switch (note.about) {
    case "offline":
      return offlineWords(note);
    case "alone":
      return `Decides by itself${sinceWords(note.sinceMs)}: no server answers it.`;
    case "command":
      return `A command ${COMMAND_WORDS[note.why](sinceWords(note.sinceMs))}.`;
    case "dropped":
      return `${countWords(note.count, "message")} ignored, the last at ${clockWords(note.lastMs)}: ${note.detail}.`;
  }
}

const COMMAND_WORDS = {
  away: (since: string) => `has been waiting${since}: the device is offline`,
  unconfirmed: (since: string) => `has been waiting${since}: the device has not confirmed it yet`,
  expired: (since: string) =>
    `has expired after waiting${since}: the device did not get it in time`,
  refused: (since: string) => `has had no effect${since}: the device considers it already done`,
};

function offlineWords({ why, sinceMs, limitMs }: HealthNote & { about: "offline" }): string {
  switch (why) {
    case "said":
      return `Offline${sinceWords(sinceMs)}: it disconnected, or its connection was lost.`;
    case "silent": {
      const limit =
        limitMs === undefined ? "" : ` It counts as offline after ${durationWords(limitMs)}.`;
      return `Offline: no message${sinceWords(sinceMs)}.${limit}`;
    }
    case "unheard":
      return "Offline: no message since the server started.";
  }
}

function sinceWords(sinceMs: number | null): string {
  return sinceMs === null ? "" : ` since ${clockWords(sinceMs)}`;
}
