import type { DeviceView, Preparation, Unwritten } from "../../src/common/api";
import { isOlder } from "../../src/common/update";
import type { GroupRoles, ServerFacts } from "./model";
import { listWords, ruleWords } from "./rule-words";

/** The page's words about devices. Pure. */

/** Returns the device's name, or its id if it has none. */
export function titleOf({ id, name = id }: Pick<DeviceView, "id" | "name">): string {
  return name;
}

/** Returns a function like `titleOf` for ids, including those of unknown devices. */
export function titlesIn(devices: Map<string, { view: DeviceView }>): (id: string) => string {
  return (id) => titleOf(devices.get(id)?.view ?? { id });
}

export function onlineWords(device: DeviceView): string {
  return device.online ? "online" : "offline";
}

/** Returns a warning about data that the server can't write to disk, or "". */
export function diskWords(unwritten: Unwritten[]): string {
  if (unwritten.length === 0) return "";
  const losses = [];
  if (unwritten.includes("broker"))
    losses.push("A restart now would lose what the broker keeps: sessions and retained messages.");
  if (unwritten.includes("history"))
    losses.push("Readings from this time are missing from the charts.");
  return `The server can't write to its disk; its log says why. ${losses.join(" ")} Decisions continue.`;
}

/** Returns words for the preparation and how long it takes. */
export function preparingWords({ id, step }: Preparation): { title: string; text: string } {
  return {
    title: `Preparing ${id}`,
    text:
      step === "compiling"
        ? "Compiling the firmware of the simulated device. This takes a few seconds, the first time and after a change."
        : "Starting the simulated device.",
  };
}

/** Returns words for who decides for the device, and by which rule. */
export function deciderWords(
  { state }: DeviceView,
  server: ServerFacts,
  roles: GroupRoles,
): string {
  if (state?.decided_by === "device")
    return "The device decides by itself, because no server answers.";
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

/** Returns words for how long a manual command holds. */
export function overrideWords(decides: boolean, roles: GroupRoles): string {
  if (!decides) return "Sent once. It holds until another server or person commands otherwise.";
  if (roles.lightOf.length > 0) return "Sent once. The group's next decision may override it.";
  if (roles.memberOf.length > 0) return "Sent once. The group decides for its lights only.";
  return "Sent once. The next decision, at the next reading, may override it.";
}

/**
 * Returns words such as "Firmware 0.1.0, older than the server · program 12ab34cd for pico-w,
 * outdated: the server has 427b134a · up 3 min · 1 reconnect · 0 readings waiting", or "" for a
 * lesson device. The uptime is left out for an offline device and for a retained state, because
 * their age is unknown.
 * @param newest the program that the device should run, if it is known
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
    const isOutdated = newest !== undefined && newest !== program;
    const outdated = isOutdated ? `, outdated: the server has ${newest}` : "";
    words.push(`program ${program}${board === undefined ? "" : ` for ${board}`}${outdated}`);
  }
  if (uptime_s !== undefined && online && stateHeardMs !== undefined)
    words.push(`up ${durationWords(uptime_s * 1000 + Math.max(0, nowMs - stateHeardMs))}`);
  if (reconnects !== undefined) words.push(countWords(reconnects, "reconnect"));
  // One reading is on its way in the normal case, and the next state may be a minute away.
  if (outbox !== undefined && outbox > 1) words.push(`${outbox} readings waiting`);
  return words.join(" · ");
}

/** Returns words such as "last seen 12 s ago". */
export function lastSeenWords(lastSeenMs: number | null, nowMs: number): string {
  return lastSeenMs === null ? "not seen yet" : `last seen ${agoWords(nowMs - lastSeenMs)}`;
}

function agoWords(durationMs: number): string {
  // For a device that reports every second or two, a counter would flicker.
  return durationMs < 3_000 ? "just now" : `${durationWords(durationMs)} ago`;
}

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/** Returns words such as "12 s", "3 min", "5 h" or "2 d". */
export function durationWords(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  if (seconds < MINUTE_S) return `${seconds} s`;
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min`;
  if (seconds < DAY_S) return `${Math.floor(seconds / HOUR_S)} h`;
  return `${Math.floor(seconds / DAY_S)} d`;
}

export function countWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Returns words such as "The group stadium" or "The groups east and west". */
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

/** Returns words such as "Sun 22". */
export function dateWords(atMs: number): string {
  return date.format(atMs);
}

/** Returns words such as "12:03:20", in the reader's time zone. */
export function clockWords(atMs: number): string {
  return clock.format(atMs);
}

/** Returns words for what a person should know before removing a device. */
export function removalWords({ online }: DeviceView): string {
  const back = "It comes back if it sends again";
  return `The broker and Home Assistant forget the device. ${back}${online ? ", and it is online now" : ""}.`;
}
