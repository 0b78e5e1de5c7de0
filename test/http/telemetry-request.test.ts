import { describe, expect, it } from "vitest";
import { csvFileName, csvHeader, csvLine } from "../../server/http/csv";
import { parseHistoryRequest } from "../../server/http/telemetry-request";

const NOW_MS = Date.parse("2026-11-22T20:15:00Z");
const parse = (query: string, accept?: string) =>
  parseHistoryRequest(new URLSearchParams(query), accept, NOW_MS);

describe("a history request", () => {
  it("means the last hour in 500 points, unless it says otherwise", () => {
    expect(parse("")).toEqual({
      span: { fromMs: NOW_MS + 1 - 3_600_000, toMs: NOW_MS + 1 },
      points: 500,
      csv: false,
    });
    // People usually write the time zone like this, with an unescaped plus sign.
    expect(parse("to=2026-11-22T21:15:00+01:00").span.toMs).toBe(NOW_MS);
    expect(parse("to=5000").span).toEqual({ fromMs: 0, toMs: 5_000 });
    expect(parse("from=2026-11-22&to=2026-11-22T21:15:00.5%2B01:00&points=2").span).toEqual({
      fromMs: Date.parse("2026-11-22T00:00:00Z"),
      toMs: NOW_MS + 500,
    });
  });

  it.each([
    ["format=csv", undefined, true],
    ["format=json", "text/csv", false],
    ["", "text/csv", true],
    ["", "application/json, text/csv;q=0.9", true],
    ["", "text/html, */*", false],
  ])("asks for a table or not: %s, %s", (query, accept, csv) => {
    expect(parse(query, accept).csv).toBe(csv);
  });

  it.each([
    ["from=yesterday", "from: expected Unix time in ms, or a time like"],
    ["from=2026-11-22T20:15:00", /^from: expected .*, got "2026-11-22T20:15:00"$/],
    ["from=2026-13-45", /^from: expected .*, got "2026-13-45"$/],
    ["from=2026-02-30", /^from: expected .*, got "2026-02-30"$/],
    ["to=2026-06-31T12:00:00Z", /^to: expected .*, got "2026-06-31T12:00:00Z"$/],
    ["to=2025-02-29T12:00:00%2B14:00", /^to: expected .*, got "2025-02-29T12:00:00\+14:00"$/],
    ["to=-1", /^to: expected .*, got "-1"$/],
    ["to=9999999999999999", /^to: expected .*, got "9999999999999999"$/],
    ["to=", /^to: expected .*, got ""$/],
    ["from=10&to=10", 'from: expected a time before to, got "10"'],
    ["points=1", 'points: expected a whole number from 2 to 5000, got "1"'],
    ["points=5001", 'points: expected a whole number from 2 to 5000, got "5001"'],
    ["points=1e3", /^points: expected .*, got "1e3"$/],
    ["format=xml", 'format: expected csv or json, got "xml"'],
    ["since=5", "since: not a parameter, expected from, to, points, format, each once"],
    ["from=1&from=2", /^from: expected once, got 2 times$/],
    ["points=2&points=3&points=", /^points: expected once, got 3 times$/],
    ["to=0", /^to: expected a time after 1970-01-01T00:00:00Z, got "0"$/],
    ["from=2026-11-22 21:15", /^from: expected .*, got "2026-11-22 21:15"$/],
    [`from=${"9".repeat(5_000)}`, `got "${"9".repeat(40)}…"`],
  ])("is refused if it is invalid: %.60s", (query, message) => {
    expect(() => parse(query)).toThrow(message);
  });
});

describe("the table", () => {
  it("has a column for each field, and empty cells for unknown values", () => {
    expect(csvHeader(["light"])).toBe("time,light,led_on\r\n");
    expect(csvHeader(["hall", 'b"1,2'])).toBe('time,hall,"b""1,2",led_on\r\n');
    const row = { atMs: NOW_MS, values: { hall: -1.5 }, ledOn: null };
    expect(csvLine(row, ["hall", "roof"])).toBe("2026-11-22T20:15:00.000Z,-1.5,,\r\n");
    expect(csvLine({ ...row, values: {}, ledOn: false }, ["hall"])).toBe(
      "2026-11-22T20:15:00.000Z,,false\r\n",
    );
  });

  it.each([
    ["lamp-1", "lamp-1.csv"],
    ["../../etc/passwd", "__.._etc_passwd.csv"],
    ['a"\r\nset-cookie: x', "a___set-cookie__x.csv"],
    ["Lämpchen", "L_mpchen.csv"],
    ["..", "_.csv"],
    ["x".repeat(300), `${"x".repeat(60)}.csv`],
  ])("of %j has the file name %s", (id, name) => {
    expect(csvFileName(id)).toBe(name);
  });
});
