/** The update of one device, step by step. Pure: the time is a parameter. */
import type { DeviceView } from "../../src/common/api";
import { programName } from "../../src/common/update";
import type { UpdateView } from "../../src/common/update-api";
import { isOver } from "../../src/common/update-api";
import { refusedBelow } from "./orders";

/** Time for an online device to come to the gateway, ms. After this time, the order is repeated. */
const ANSWER_MS = 90_000;
export const MAX_TRIES = 2;
/**
 * A device that has been offline this long in the middle of a transfer is considered switched off,
 * ms.
 */
const GONE_MS = 300_000;
/** Time in which a device with our firmware publishes its state, ms. */
const STATE_MS = 30_000;
/** Time within which one of a new program's readings must be acknowledged, s. */
export const CONFIRM_S = 120;
/** Extra time on top of `CONFIRM_S` for the delivery of the device's state, ms. */
const MARGIN_MS = 60_000;

export const STEPS = [
  "waiting",
  "asked",
  "sending",
  "trial",
  "confirmed",
  "failed",
  "cancelled",
] as const;

export interface Job extends UpdateView {
  downgrade: boolean;
  /** Number of orders sent since the device was last offline. */
  tries: number;
  /** Number of the last order. */
  n?: number;
  hash?: string;
  /** Set once the device's state has named the new program. */
  isHeard?: true;
  /**
   * Set once the device came to the gateway during the trial, so that another update may replace
   * this one.
   */
  hasComeBack?: true;
  /** Since when the device has been online without a state; Unix time, ms. */
  mutedMs?: number | undefined;
  /**
   * When the server was last disconnected from its broker and so received nothing; Unix time, ms.
   */
  deafMs?: number;
}

/**
 * Line of a job whose device is offline. `npm run update` recognises this line and does not wait.
 */
export const AWAY = "waiting: the device is offline, and gets the program when it comes back";
export const NO_BROKER =
  "waiting: the server is not connected to its broker, and continues when it is";

/** Line of a job that is cancelled while the program is being sent. */
const CUT_OFF =
  "cancelled during the transfer: a Wio Terminal keeps the program that it had; any other board has none now, and waits for the next update";

const LATE = "online, but none of its readings arrived, or it keeps restarting";

type Known = Pick<DeviceView, "online" | "state" | "stateHeardMs">;

export function newJob(id: string, downgrade: boolean, nowMs: number): Job {
  return { id, downgrade, tries: 0, step: "waiting", sinceMs: nowMs, begunMs: nowMs, lines: [] };
}

/** Shifts a job's times after the wall clock was set, so that its durations stay the same. */
export function shiftTimes(job: Job, byMs: number): void {
  job.sinceMs += byMs;
  job.begunMs += byMs;
  if (job.mutedMs !== undefined) job.mutedMs += byMs;
  if (job.deafMs !== undefined) job.deafMs += byMs;
}

/**
 * Whether a device is considered switched off or out of reach, so that the fleet does not wait for
 * it.
 */
export function isUnreachable({ step, sinceMs }: Job, isOnline: boolean, nowMs: number): boolean {
  if (isOnline) return false;
  return step === "waiting" || (step === "sending" && nowMs - sinceMs > GONE_MS);
}

/** @returns why the job can't be cancelled any more, or undefined if it has been cancelled */
export function cancel(job: Job, nowMs: number): string | undefined {
  switch (job.step) {
    case "waiting":
      enterStep(job, "cancelled", "cancelled", nowMs);
      return undefined;
    case "asked":
      enterStep(job, "cancelled", "cancelled: the device resumes its program within 60 s", nowMs);
      return undefined;
    case "sending":
      enterStep(job, "cancelled", CUT_OFF, nowMs);
      return undefined;
    case "trial":
      return "can't be cancelled any more: the device has the program and is trying it";
    case "confirmed":
    case "failed":
    case "cancelled":
      return "its update is over";
  }
}

export function enterStep(job: Job, step: Job["step"], text: string, nowMs: number): void {
  job.step = step;
  job.sinceMs = nowMs;
  job.lines.push({ atMs: nowMs, text });
}

export function fail(job: Job, why: string, nowMs: number): void {
  enterStep(job, "failed", why, nowMs);
}

/** @returns why a device with this state accepts no update, or undefined if it accepts one */
export function unfitReason(state: DeviceView["state"]): string | undefined {
  if (!state || state.program !== undefined) return undefined;
  return "runs a program that can't be updated over the network: update it by USB once";
}

/**
 * Checks a job's progress. Called when the device's state changes, and at intervals.
 * @param known undefined until the device has been seen
 * @param isLinked whether the server is connected to its broker
 * @returns whether to order the device to fetch its program
 */
export function checkProgress(
  job: Job,
  known: Known | undefined,
  nowMs: number,
  isLinked = true,
): boolean {
  if (!isLinked) {
    job.deafMs = nowMs;
    if (job.step === "waiting" && job.lines.at(-1)?.text !== NO_BROKER)
      enterStep(job, "waiting", NO_BROKER, nowMs);
    return false;
  }
  const isOnline = known?.online ?? false;
  const passedMs = nowMs - Math.max(job.sinceMs, job.deafMs ?? 0);
  switch (job.step) {
    case "waiting":
      if (isOnline) return waited(job, known, nowMs);
      job.mutedMs = undefined;
      if (job.lines.at(-1)?.text !== AWAY) wait(job, nowMs);
      return false;
    case "asked":
    case "sending":
      if (job.step === "asked" && job.tries < MAX_TRIES && isOrderNumberTooLow(job, known))
        return true;
      if (judge(job, known, nowMs) || passedMs < ANSWER_MS) return false;
      if (!isOnline) {
        // Nothing of the program was sent, so the device still has its old one.
        if (job.step === "asked") wait(job, nowMs);
        return false;
      }
      if (job.tries < MAX_TRIES) return true;
      fail(job, `did not fetch the program within ${ANSWER_MS / 1000} s, in two tries`, nowMs);
      return false;
    case "trial": {
      const limitMs = CONFIRM_S * 1000 + MARGIN_MS;
      if (judge(job, known, nowMs) || passedMs < limitMs) return false;
      const state = isOnline ? LATE : "offline";
      fail(job, `not confirmed within ${limitMs / 1000} s: it is ${state}`, nowMs);
      return false;
    }
    case "confirmed":
    case "failed":
    case "cancelled":
      return false;
  }
}

/** Lets the job wait until the device is back. */
function wait(job: Job, nowMs: number): void {
  job.tries = 0;
  enterStep(job, "waiting", AWAY, nowMs);
}

/** Handles a waiting job whose device is online. @returns whether to send the order */
function waited(job: Job, known: Known | undefined, nowMs: number): boolean {
  const state = known?.state ?? null;
  const why = unfitReason(state);
  if (why === undefined && state) return true;
  job.mutedMs ??= nowMs;
  if (why !== undefined) fail(job, why, nowMs);
  else if (nowMs - job.mutedMs > STATE_MS)
    fail(job, "does not report which program it runs, as Nightlight's firmware does", nowMs);
  return false;
}

/**
 * Whether the device rejects the order because an earlier order had a higher number, from a clock
 * that was ahead.
 */
function isOrderNumberTooLow({ n = 0 }: Job, known: Known | undefined): boolean {
  const { state } = known ?? {};
  return refusedBelow(state) > n && state?.refused?.startsWith(`${n}: `) === true;
}

/** @returns whether a state that arrived since the last step has ended the job */
function judge(job: Job, known: Known | undefined, nowMs: number): boolean {
  const state = known?.state;
  const isNews = (known?.stateHeardMs ?? -Infinity) >= job.sinceMs;
  if (!state || !isNews || job.hash === undefined) return false;
  const name = programName(job.hash);
  const n = job.n ?? 0;
  const refused = `${n}: `;
  // The device got this order twice, because it lost power before it could acknowledge the first
  // delivery. So this rejection is ignored.
  const isTwice = state.refused === `${n}: expected an n above ${n}, got ${n}`;
  if (state.refused?.startsWith(refused) && !isTwice) {
    const why = state.refused.slice(refused.length);
    const hint = why.startsWith("expected version") ? " (--downgrade allows that)" : "";
    fail(job, `refused by the device: ${why}${hint}`, nowMs);
  } else if (state.program === name && !state.trial)
    enterStep(job, "confirmed", `confirmed: it runs ${name}, after ${passed(job, nowMs)}`, nowMs);
  else if (job.step !== "asked" && state.taken_back !== undefined && state.program !== name)
    fail(job, `taken back: ${state.taken_back}`, nowMs);
  else if (job.step === "trial" && state.program === name && !job.isHeard) {
    job.isHeard = true;
    job.lines.push({ atMs: nowMs, text: `trying ${name}, after ${passed(job, nowMs)}` });
  }
  return isOver(job);
}

/** Returns the time since the update began. */
function passed({ begunMs }: Job, nowMs: number): string {
  return `${((nowMs - begunMs) / 1000).toFixed(1)} s`;
}
