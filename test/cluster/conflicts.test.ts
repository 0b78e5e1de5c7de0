import { describe, expect, it } from "vitest";
import { Conflicts } from "../../server/cluster/conflicts";

describe("servers that contradict each other", () => {
  it("cause one warning for each server of a cluster of another size", () => {
    const conflicts = new Conflicts({ index: 1, count: 2 });
    expect(conflicts.warningOf("2of3")).toBe(
      "Warning: this server is 1of2, but another one is 2of3: some devices get two answers",
    );
    expect(conflicts.warningOf("2of3")).toBeUndefined();
    expect(conflicts.warningOf("3of3")).toMatch("another one is 3of3");
  });

  it.each(["1of2", "2of2", "of3", "2of3x", "anything"])("do not include %s", (name) => {
    expect(new Conflicts({ index: 1, count: 2 }).warningOf(name)).toBeUndefined();
  });

  it("cause at most ten warnings, because other clients choose the names", () => {
    const conflicts = new Conflicts({ index: 1, count: 2 });
    const names = Array.from({ length: 30 }, (_, i) => `1of${i + 3}`);
    expect(names.filter((name) => conflicts.warningOf(name))).toHaveLength(10);
  });

  it.each([
    [1_000, "b", 2_000, "a"],
    [1_000, "a", 1_000, "b"],
  ])("if they have one shard, the one that started later ends: %i %s, %i %s", (...both) => {
    const conflicts = new Conflicts({ index: 1, count: 2 });
    const [started_ms, run, laterMs, laterRun] = both;
    const [first, later] = [
      { started_ms, run },
      { started_ms: laterMs, run: laterRun },
    ];
    expect(conflicts.reasonToEnd(first, later)).toBeUndefined();
    expect(conflicts.reasonToEnd(later, first)?.message).toBe(
      "--shard 1/2: another server has this shard, since 1970-01-01T00:00:01.000Z",
    );
  });
});
