import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, parseLimits } from "../../server/setup/broker-limits";
import { parseShard } from "../../server/setup/cluster-options";
import { DEFAULT_HISTORY, parseHistory } from "../../server/setup/history-options";

describe("the broker's limits", () => {
  it("are the defaults, except for those that were set", () => {
    expect(parseLimits([])).toEqual(DEFAULT_LIMITS);
    expect(parseLimits(["connections=500", "queued=1"])).toEqual({
      ...DEFAULT_LIMITS,
      connections: 500,
      queued: 1,
    });
  });

  it.each(Object.keys(DEFAULT_LIMITS))("have a range: %s", (name) => {
    for (const value of ["0", "-1", "1.5", "1e3", "", " 7", "99999999999"])
      expect(() => parseLimits([`${name}=${value}`])).toThrow(
        new RegExp(`^--limit ${name}: .*"${value.replace(".", "\\.")}"`),
      );
  });

  it.each(["", "=5", "conections=5", "toString=5", "5"])("have no other names: %j", (text) => {
    expect(() => parseLimits([text])).toThrow(/^--limit: .*packets-per-second/);
  });
});

describe("the history's limits", () => {
  it("are the defaults, or whole numbers", () => {
    expect(parseHistory({})).toEqual(DEFAULT_HISTORY);
    expect(parseHistory({ "history-days": "30", "history-mb": "1" })).toEqual({
      days: 30,
      megabytes: 1,
    });
  });

  it.each(["0", "-1", "1.5", "x", "", "1000001"])("can't be %j", (text) => {
    expect(() => parseHistory({ "history-days": text })).toThrow(/^--history-days: /);
    expect(() => parseHistory({ "history-mb": text })).toThrow(/^--history-mb: /);
  });
});

describe("the shard of a server", () => {
  it("is undefined, or one of N", () => {
    expect(parseShard({})).toBeUndefined();
    expect(parseShard({ shard: "2/3" })).toEqual({ index: 2, count: 3 });
    expect(parseShard({ shard: "64/64" })).toEqual({ index: 64, count: 64 });
  });

  it.each(["0/3", "4/3", "1/0", "1/65", "1", "1/3/5", "a/b", "", "1 /3", "-1/3"])(
    "can't be %j",
    (shard) => {
      expect(() => parseShard({ shard })).toThrow(/^--shard: expected I\/N, .*, got "/);
    },
  );

  it("requires a server that decides, so --no-decide is refused", () => {
    expect(() => parseShard({ shard: "1/2", "no-decide": true })).toThrow(/--no-decide/);
  });
});
