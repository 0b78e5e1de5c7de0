import type { DeviceView } from "../api";
import type { ServerRule } from "../rule-config";

/** What the page says in words. Pure. */

export function ledWords(ledOn: boolean | null): string {
  if (ledOn === null) return "LED unknown";
  return ledOn ? "LED on" : "LED off";
}

export function onlineWords(device: DeviceView): string {
  return device.online ? "online" : "offline";
}

/** As in "LED on when light is below 300". */
export function ruleWords(rule: ServerRule): string {
  const { field, comparison, value, hysteresis } = rule;
  const on = `LED on when ${String(field)} is ${comparison} ${value}`;
  if (hysteresis === 0) return on;
  return comparison === "below"
    ? `${on}, off again from ${value + hysteresis}`
    : `${on}, off again up to ${value - hysteresis}`;
}

export function deciderWords({ state }: DeviceView, decides: boolean, rule: ServerRule): string {
  if (state?.decided_by === "device") return "The device decides by itself, as no server answers.";
  return decides ? `This server decides: ${ruleWords(rule)}.` : "This server does not decide.";
}

/** As in "last seen 12 s ago". */
export function lastSeenWords(lastSeenMs: number | null, nowMs: number): string {
  return lastSeenMs === null ? "not seen yet" : `last seen ${agoWords(nowMs - lastSeenMs)}`;
}

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

function agoWords(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  // A device that reports every second or two would only make a counter flicker.
  if (seconds < 3) return "just now";
  if (seconds < MINUTE_S) return `${seconds} s ago`;
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min ago`;
  if (seconds < DAY_S) return `${Math.floor(seconds / HOUR_S)} h ago`;
  return `${Math.floor(seconds / DAY_S)} d ago`;
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** As in "12:03:20", in the reader's time zone. */
export function clockWords(atMs: number): string {
  return clock.format(atMs);
}
