import type { DeviceView, Preparation, Unwritten } from "../../src/common/api";
import { isOlder } from "../../src/common/update";
import type { Roles, ServerFacts } from "./model";
import { listWords, ruleWords } from "./rule-words";

/** What the page says of a device in words. Pure. */

/** What the page calls it: as people do, else by its id. */
export function titleOf({ id, name = id }: Pick<DeviceView, "id" | "name">): string {
  return name;
}

/** The same, of an id, for devices that may not be known. */
export function titlesIn(devices: Map<string, { view: DeviceView }>): (id: string) => string {
  return (id) => titleOf(devices.get(id)?.view ?? { id });
}

export function onlineWords(device: DeviceView): string {
  return device.online ? "online" : "offline";
}

/** What the server's disk does not take; "" if all is well. */
export function diskWords(unwritten: Unwritten[]): string {
  if (unwritten.length === 0) return "";
  const losses = [];
  if (unwritten.includes("broker"))
    losses.push("A restart now would lose what the broker keeps: sessions and retained messages.");
  if (unwritten.includes("history"))
    losses.push("Readings of this time are missing in the charts.");
  return `The server can't write to its disk; its log says why. ${losses.join(" ")} Decisions go on.`;
}

/** What is being prepared, and for how long. */
export function preparingWords({ id, step }: Preparation): { title: string; text: string } {
  return {
    title: `Preparing ${id}`,
    text:
      step === "compiling"
        ? "Compiling the firmware of the simulated device. This takes some seconds, the first time and after a change."
        : "Starting the simulated device.",
  };
}

/** Who decides for the device, and how. */
export function deciderWords({ state }: DeviceView, server: ServerFacts, roles: Roles): string {
  if (state?.decided_by === "device") return "The device decides by itself, as no server answers.";
  if (!server.decides) return "This server does not decide.";
  const words: string[] = [];
  if (roles.lightOf.length > 0)
    words.push(
      `${groupWords("The", roles.lightOf)} ${plural(roles.lightOf, "decides", "decide")} for it.`,
    );
  if (roles.memberOf.length > 0)
    words.push(`It votes in ${groupWords("the", roles.memberOf)}, not for itself.`);
  return words.join(" ") || `This server decides: ${ruleWords(server.rule)}.`;
}

/** What becomes of a command by hand. */
export function overrideWords(decides: boolean, roles: Roles): string {
  if (!decides) return "Sent once. It holds until another server or person commands otherwise.";
  if (roles.lightOf.length > 0) return "Sent once. The group's next decision may override it.";
  if (roles.memberOf.length > 0) return "Sent once. The group decides for its lights only.";
  return "Sent once. The next decision, at the next reading, may override it.";
}

/**
 * As in "Firmware 0.1.0, older than the server · program 12ab34cd for pico-w, behind the server's
 * 427b134a · up 3 min · 1 reconnect · 0 readings waiting"; "" of a lesson device. Since a retained
 * state, or one of a device that is offline, unknown time has passed.
 * @param newest the program that it should run, if that is known
 */
export function stateWords(
  { state, stateHeardMs, online }: DeviceView,
  nowMs: number,
  serverVersion: string,
  newest?: string,
): string {
  if (!state) return "";
  const { fw, program, board, uptime_s, reconnects, outbox } = state;
  const words: string[] = [];
  if (fw !== undefined)
    words.push(`firmware ${fw}${isOlder(fw, serverVersion) ? ", older than the server" : ""}`);
  if (program !== undefined) {
    const isBehind = newest !== undefined && newest !== program;
    const behind = isBehind ? `, behind the server's ${newest}` : "";
    words.push(`program ${program}${board === undefined ? "" : ` for ${board}`}${behind}`);
  }
  if (uptime_s !== undefined && online && stateHeardMs !== undefined)
    words.push(`up ${durationWords(uptime_s * 1000 + Math.max(0, nowMs - stateHeardMs))}`);
  if (reconnects !== undefined) words.push(countWords(reconnects, "reconnect"));
  if (outbox !== undefined) words.push(`${countWords(outbox, "reading")} waiting`);
  return words.join(" · ");
}

/** As in "last seen 12 s ago". */
export function lastSeenWords(lastSeenMs: number | null, nowMs: number): string {
  return lastSeenMs === null ? "not seen yet" : `last seen ${agoWords(nowMs - lastSeenMs)}`;
}

function agoWords(durationMs: number): string {
  // A device that reports every second or two would only make a counter flicker.
  return durationMs < 3_000 ? "just now" : `${durationWords(durationMs)} ago`;
}

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/** As in "12 s", "3 min", "5 h" or "2 d". */
export function durationWords(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  if (seconds < MINUTE_S) return `${seconds} s`;
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min`;
  if (seconds < DAY_S) return `${Math.floor(seconds / HOUR_S)} h`;
  return `${Math.floor(seconds / DAY_S)} d`;
}

function countWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** As in "The group stadium" or "The groups east and west". */
function groupWords(article: string, ids: string[]): string {
  return `${article} ${plural(ids, "group", "groups")} ${listWords(ids)}`;
}

function plural(list: string[], one: string, many: string): string {
  return list.length === 1 ? one : many;
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

const date = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric" });

/** As in "Sun 22". */
export function dateWords(atMs: number): string {
  return date.format(atMs);
}

/** As in "12:03:20", in the reader's time zone. */
export function clockWords(atMs: number): string {
  return clock.format(atMs);
}

/** What a person should know before a device is removed. */
export function removalWords({ online }: DeviceView): string {
  const back = "It comes back if it sends again";
  return `The broker and Home Assistant forget it. ${back}${online ? ", and it is online now" : ""}.`;
}
