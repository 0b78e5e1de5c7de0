import { describe, expect, it } from "vitest";
import { Cadence } from "../../src/cadence";

const config = { intervalMs: 1000, changeBy: 20, minGapMs: 100 };

/** Feeds samples [ms, light] to a cadence, and returns the times of the samples that it reports. */
function reported(samples: [number, number][], settings = config): number[] {
  const cadence = new Cadence(settings);
  return samples
    .filter(([ms, light]) => {
      const due = cadence.isDue(ms, light);
      if (due) cadence.report(ms, light);
      return due;
    })
    .map(([ms]) => ms);
}

describe("the cadence", () => {
  it("reports the first sample immediately, then at the interval", () => {
    expect(
      reported([
        [5, 500],
        [999, 500],
        [1004, 500],
        [1005, 500],
        [2004, 500],
        [2005, 500],
      ]),
    ).toEqual([5, 1005, 2005]);
  });

  it("reports a change immediately, but keeps the minimum gap", () => {
    expect(
      reported([
        [0, 500],
        [50, 400],
        [100, 400],
        [150, 381],
        [200, 380],
      ]),
    ).toEqual([0, 100, 200]);
  });

  it("compares with the last report, so that a slow drift is noticed, too", () => {
    expect(
      reported([
        [0, 500],
        [200, 510],
        [400, 519],
        [600, 520],
      ]),
    ).toEqual([0, 600]);
  });

  it("can be limited to the interval", () => {
    expect(
      reported(
        [
          [0, 500],
          [500, 0],
          [1000, 0],
        ],
        { ...config, changeBy: 0 },
      ),
    ).toEqual([0, 1000]);
  });
});
