import { describe, expect, it } from "vitest";
import { SeenReadings } from "../../server/deciding/seen-readings";

describe("readings that were seen", () => {
  it("are new once, in the order of a run", () => {
    const seen = new SeenReadings();
    const seqs = [1, 2, 2, 1, 3, 7, 7];
    expect(seqs.map((seq) => seen.isNew("a", { boot: 5, seq }))).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(seen.newest("a")).toEqual({ boot: 5, seq: 7 });
  });

  it("are told apart by device and by run", () => {
    const seen = new SeenReadings();
    expect(seen.isNew("a", { boot: 5, seq: 9 })).toBe(true);
    expect(seen.isNew("b", { boot: 5, seq: 9 })).toBe(true);
    expect(seen.isNew("a", { boot: 6, seq: 1 })).toBe(true);
    expect(seen.newest("a")).toEqual({ boot: 6, seq: 1 });
  });

  it("can't be told without both seq and boot", () => {
    const seen = new SeenReadings();
    for (const reading of [{}, { seq: 1 }, { boot: 1 }])
      expect([seen.isNew("a", reading), seen.isNew("a", reading)]).toEqual([true, true]);
    expect(seen.newest("a")).toBeUndefined();
  });

  it("count as seen once another server has answered them", () => {
    const seen = new SeenReadings();
    expect(seen.answered("a", { boot: 5, seq: 3 })).toBe(true);
    expect(seen.isNew("a", { boot: 5, seq: 3 })).toBe(false);
    expect(seen.answered("a", { boot: 5, seq: 2 })).toBe(false);
    expect(seen.answered("a", { boot: 5, seq: 4 })).toBe(true);
  });

  it("stay as they are after an answer to another run, or to no reading", () => {
    const seen = new SeenReadings();
    seen.isNew("a", { boot: 5, seq: 3 });
    expect(seen.answered("a", { boot: 4, seq: 90 })).toBe(true);
    expect(seen.answered("a", {})).toBe(true);
    expect(seen.newest("a")).toEqual({ boot: 5, seq: 3 });
  });
});
