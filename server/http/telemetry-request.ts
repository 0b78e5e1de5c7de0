import type { Span } from "../history/downsample";
import { HttpError } from "./http-request";

/** What a request for the history asks for, from the query of its address. */
export interface HistoryRequest {
  span: Span;
  /** Points of the chart at most. */
  points: number;
  csv: boolean;
}

const HOUR_MS = 3_600_000;
const DEFAULT_POINTS = 500;
const MIN_POINTS = 2;
const MAX_POINTS = 5_000;
/** The last moment that a Date can name (ECMAScript 21.4.1.1). */
const MAX_MS = 8.64e15;
const PARAMETERS = ["from", "to", "points", "format"];

/**
 * @param accept the request's header, which may ask for CSV, too
 * @throws HttpError 400 naming the parameter, what was found and what is allowed
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
  // What was measured in this very millisecond is in it.
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
  // In a query, a + that is not written as %2B is a blank (WHATWG URL, 5.1): before a zone it was one.
  const text = given.replace(/ (?=\d\d:\d\d$)/, "+");
  // Without a zone, another machine would take it for another time.
  const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/i;
  const isTime = iso.test(text) && isDay(text.slice(0, 10));
  const ms = /^\d{1,16}$/.test(text) ? Number(text) : isTime ? Date.parse(text) : NaN;
  if (ms >= 0 && ms <= MAX_MS) return ms;
  throw refusal(name, given, "Unix time in ms, or a time like 2026-11-22T20:15:00Z");
}

/** @param date YYYY-MM-DD, of which `Date.parse` would take 30 February for 2 March */
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
