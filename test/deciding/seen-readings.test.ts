import { describe, expect, it } from "vitest";
import { type Novelty, SeenReadings } from "../../server/deciding/seen-readings";

const see = (seen: SeenReadings, seqs: number[], boot = 5): Novelty[] =>
  seqs.map((seq) => seen.classify("a", { boot, seq }));

describe("seen readings", () => {
  it("are new once, in the order of a run", () => {
    const seen = new SeenReadings();
    expect(see(seen, [1, 2, 2, 1, 3, 7, 7])).toEqual([
      "new",
      "new",
      "repeated",
      "repeated",
      "new",
      "new",
      "repeated",
    ]);
    expect(seen.newest("a")).toEqual({ boot: 5, seq: 7 });
    expect(seen.isNewest("a", { boot: 5, seq: 7 })).toBe(true);
    expect(seen.isNewest("a", { boot: 5, seq: 3 })).toBe(false);
    expect(seen.isNewest("a", {})).toBe(false);
    expect(seen.isNewest("b", {})).toBe(false);
  });

  it("are distinguished by device and by run", () => {
    const seen = new SeenReadings();
    expect(see(seen, [9])).toEqual(["new"]);
    expect(seen.classify("b", { boot: 5, seq: 9 })).toBe("new");
    expect(see(seen, [1], 6)).toEqual(["new"]);
    expect(seen.newest("a")).toEqual({ boot: 6, seq: 1 });
  });

  it("can't be recognised without both seq and boot", () => {
    const seen = new SeenReadings();
    for (const reading of [{}, { seq: 1 }, { boot: 1 }])
      expect([seen.classify("a", reading), seen.classify("a", reading)]).toEqual(["new", "new"]);
    expect(seen.newest("a")).toBeUndefined();
  });

  it("include those that another server has answered", () => {
    const seen = new SeenReadings();
    expect(seen.learned("a", true, { boot: 5, seq: 3 })).toBe(true);
    expect(see(seen, [3])).toEqual(["repeated"]);
    expect(seen.learned("a", true, { boot: 5, seq: 2 })).toBe(false);
    expect(seen.learned("a", true, { boot: 5, seq: 4 })).toBe(true);
  });

  it("do not change after an answer to another run, or to no reading", () => {
    const seen = new SeenReadings();
    see(seen, [3]);
    expect(seen.learned("a", true, { boot: 4, seq: 90 })).toBe(true);
    expect(seen.learned("a", true, {})).toBe(true);
    expect(seen.newest("a")).toEqual({ boot: 5, seq: 3 });
  });
});

describe("a counter that starts again with the same boot", () => {
  it("is recognised by a step back that no repetition makes", () => {
    const seen = new SeenReadings();
    expect(see(seen, [500, 1, 2, 2])).toEqual(["new", "restarted", "new", "repeated"]);
  });

  it("is recognised after a short step by more readings than are ever repeated", () => {
    const seen = new SeenReadings();
    see(seen, [100]);
    const said = see(
      seen,
      Array.from({ length: 100 }, () => 60),
    );
    expect(said.every((novelty) => novelty === "repeated")).toBe(true);
    expect(see(seen, [61, 62])).toEqual(["restarted", "new"]);
  });

  it("is not confused with a backlog that is repeated in order", () => {
    const seen = new SeenReadings();
    const backlog = Array.from({ length: 99 }, (_, at) => at + 1);
    see(seen, [...backlog, 100]);
    expect(see(seen, [...backlog, 100])).not.toContain("restarted");
    expect(see(seen, [101])).toEqual(["new"]);
  });
});
