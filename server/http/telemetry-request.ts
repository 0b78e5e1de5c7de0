import type { Span } from "../history/index";
import { HttpError } from "./http-request";

/** A request for the history, parsed from the URL's query. */
export interface HistoryRequest {
  span: Span;
  /** Maximum number of points in the chart. */
  points: number;
  csv: boolean;
}

const HOUR_MS = 3_600_000;
const DEFAULT_POINTS = 500;
const MIN_POINTS = 2;
const MAX_POINTS = 5_000;
/** Latest time that a Date can represent (ECMAScript 21.4.1.1). */
const MAX_MS = 8.64e15;
const PARAMETERS = ["from", "to", "points", "format"];

/**
 * Parses the query of a request for the history.
 * @param accept the `Accept` header, which may also select CSV
 * @throws HttpError 400 that names the parameter, the value and what is allowed
 */
export function parseHistoryRequest(
  query: URLSearchParams,
  accept: string | undefined,
  nowMs: number,
): HistoryRequest {
  for (const name of query.keys()) {
    const count = query.getAll(name).length;
    if (!PARAMETERS.includes(name))
      throw new HttpError(
        400,
        `${short(name)}: not a parameter, expected ${PARAMETERS.join(", ")}, each once`,
      );
    if (count > 1) throw new HttpError(400, `${name}: expected once, got ${count} times`);
  }
  // `to` is exclusive: add 1 ms to include readings of the current millisecond.
  const toMs = time("to", query.get("to")) ?? nowMs + 1;
  if (toMs === 0) throw refusal("to", query.get("to") ?? "", "a time after 1970-01-01T00:00:00Z");
  const fromMs = time("from", query.get("from")) ?? Math.max(0, toMs - HOUR_MS);
  if (fromMs >= toMs) throw refusal("from", query.get("from") ?? "", "a time before to");
  return {
    span: { fromMs, toMs },
    points: pointsOf(query.get("points")),
    csv: isCsv(query, accept),
  };
}

function time(name: string, given: string | null): number | undefined {
  if (given === null) return undefined;
  // A + in a query that is not written as %2B is parsed as a space (WHATWG URL, 5.1). So a space
  // before a time zone was a +.
  const text = given.replace(/ (?=\d\d:\d\d$)/, "+");
  // A time without a zone is refused, because it would mean different moments on different
  // machines.
  const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/i;
  const isTime = iso.test(text) && isDay(text.slice(0, 10));
  const ms = /^\d{1,16}$/.test(text) ? Number(text) : isTime ? Date.parse(text) : NaN;
  if (ms >= 0 && ms <= MAX_MS) return ms;
  throw refusal(name, given, "Unix time in ms, or a time like 2026-11-22T20:15:00Z");
}

/**
 * Whether the date exists.
 * @param date YYYY-MM-DD; `Date.parse` would read 30 February as 2 March
 */
function isDay(date: string): boolean {
  const ms = Date.parse(date);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}

function pointsOf(text: string | null): number {
  if (text === null) return DEFAULT_POINTS;
  const points = Number(text);
  if (/^\d{1,4}$/.test(text) && points >= MIN_POINTS && points <= MAX_POINTS) return points;
  throw refusal("points", text, `a whole number from ${MIN_POINTS} to ${MAX_POINTS}`);
}

function isCsv(query: URLSearchParams, accept = ""): boolean {
  const format = query.get("format");
  if (format === null) return /(^|,)\s*text\/csv\s*(;|,|$)/i.test(accept);
  if (format === "csv" || format === "json") return format === "csv";
  throw refusal("format", format, "csv or json");
}

function refusal(name: string, found: string, allowed: string): HttpError {
  return new HttpError(400, `${name}: expected ${allowed}, got "${short(found)}"`);
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
