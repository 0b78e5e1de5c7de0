import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, parseLimits } from "../../server/setup/broker-limits";
import { parseMembership } from "../../server/setup/cluster-options";
import { loadConfig } from "../../server/setup/config";
import { DEFAULT_HISTORY, parseHistory } from "../../server/setup/history-options";

describe("the broker's limits", () => {
  it("are the defaults, but for those that were set", () => {
    expect(parseLimits([])).toEqual(DEFAULT_LIMITS);
    expect(parseLimits(["connections=500", "queued=1"])).toEqual({
      ...DEFAULT_LIMITS,
      connections: 500,
      queued: 1,
    });
  });

  it.each(Object.keys(DEFAULT_LIMITS))("end somewhere: %s", (name) => {
    for (const value of ["0", "-1", "1.5", "1e3", "", " 7", "99999999999"])
      expect(() => parseLimits([`${name}=${value}`])).toThrow(
        new RegExp(`^--limit ${name}: .*"${value.replace(".", "\\.")}"`),
      );
  });

  it.each(["", "=5", "conections=5", "toString=5", "5"])("are no others: %j", (text) => {
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

  it.each(["0", "-1", "1.5", "x", "", "1000001"])("are not %j", (text) => {
    expect(() => parseHistory({ "history-days": text })).toThrow(/^--history-days: /);
    expect(() => parseHistory({ "history-mb": text })).toThrow(/^--history-mb: /);
  });
});

describe("being one of several servers", () => {
  const config = { ...loadConfig(), groups: [] };
  const URL = "mqtt://broker";

  it("is nothing, a shard or a share", () => {
    expect(parseMembership({}, undefined, config)).toBeUndefined();
    expect(parseMembership({ shard: "2/3" }, undefined, config)).toEqual({
      shard: { index: 2, count: 3 },
    });
    expect(parseMembership({ share: "night.1" }, URL, config)).toEqual({ share: "night.1" });
  });

  it.each(["0/3", "4/3", "1/0", "1/65", "1", "1/3/5", "a/b", "", "1 /3", "-1/3"])(
    "is not the shard %j",
    (shard) => {
      expect(() => parseMembership({ shard }, undefined, config)).toThrow(/^--shard: /);
    },
  );

  it("is not both, nor for a server that decides nothing", () => {
    expect(() => parseMembership({ shard: "1/2", share: "g" }, URL, config)).toThrow(/--share/);
    for (const values of [{ shard: "1/2" }, { share: "g" }])
      expect(() => parseMembership({ ...values, "no-decide": true }, URL, config)).toThrow(
        /--no-decide/,
      );
  });

  it("by a share needs a name, a broker of its own, and no groups", () => {
    for (const share of ["", "a/b", "a+", "#", "x".repeat(65)])
      expect(() => parseMembership({ share }, URL, config)).toThrow(/^--share: /);
    expect(() => parseMembership({ share: "g" }, undefined, config)).toThrow(
      /^--share: .*--broker/,
    );
    const hall = { id: "hall", members: ["a"], lights: ["a"], decide: "any", validMs: 1 } as const;
    const grouped = { ...config, groups: [{ ...hall, members: ["a"], lights: ["a"] }] };
    expect(() => parseMembership({ share: "g" }, URL, grouped)).toThrow(/^--share: .*hall/);
  });
});
