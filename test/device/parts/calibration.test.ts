import { describe, expect, it } from "vitest";
import { Calibration, rangeProblem, UNCALIBRATED } from "../../../src/parts/calibration";

/** Holds the button for `forMs`, and checks the calibration every half second, as a board does. */
function hold(calibration: Calibration, fromMs: number, forMs: number, light: number): number {
  calibration.pressed(fromMs);
  let changes = 0;
  for (let heldMs = 500; heldMs <= forMs; heldMs += 500)
    if (calibration.held(fromMs + heldMs, light)) changes++;
  return changes;
}

function calibrated(dark: number, bright: number): Calibration {
  const calibration = new Calibration();
  [0, dark, bright].forEach((light, index) => hold(calibration, 10_000 * index, 2500, light));
  return calibration;
}

describe("the range of a light sensor", () => {
  it("is the whole range until a person has calibrated the sensor", () => {
    const calibration = new Calibration();
    for (const light of [0, 1, 300, 1022, 1023])
      expect(Math.round(calibration.scaled(light / 1023) * 1023)).toBe(light);
    expect(calibration.range).toBe(UNCALIBRATED);
  });

  it("becomes 0 to 1023, and values outside are clamped", () => {
    const { range, words } = calibrated(4, 348);
    expect({ range, words }).toEqual({
      range: { dark: 4, bright: 348 },
      words: "done, dark 4, bright 348",
    });
    const light = (raw: number) => Math.round(calibrated(4, 348).scaled(raw / 1023) * 1023);
    expect([0, 4, 5, 105, 176, 347, 348, 349, 1023].map(light)).toEqual([
      0, 0, 3, 300, 512, 1020, 1023, 1023, 1023,
    ]);
  });

  it.each([
    [300, 20, "refused, dark 300 is not below bright 20"],
    [50, 50, "refused, dark 50 is not below bright 50"],
    [50, 113, "refused, dark 50, bright 113: too close"],
  ])("does not change for dark %d and bright %d", (dark, bright, words) => {
    const calibration = calibrated(4, 348);
    const before = calibration.range;
    [0, dark, bright].forEach((light, i) => hold(calibration, 40_000 + 10_000 * i, 2500, light));
    expect(calibration.words).toBe(words);
    expect(calibration.range).toBe(before);
  });

  it("is not read from settings with other content", () => {
    expect(rangeProblem({ dark: 50, bright: 114 })).toBe("");
    for (const wrong of [{ dark: 5 }, { dark: "a", bright: "b" }, 7, "x"])
      expect(rangeProblem(wrong as never)).not.toBe("");
  });
});

describe("holding the button", () => {
  it("shows each step, and changes the range with the last one", () => {
    const calibration = new Calibration();
    expect(hold(calibration, 0, 1500, 10)).toBe(0);
    expect(calibration.words).toBe("");
    expect(hold(calibration, 5000, 4000, 10)).toBe(0);
    expect(calibration.words).toBe("cover the sensor, hold the button again");
    expect(hold(calibration, 20_000, 4000, 10)).toBe(0);
    expect(calibration.words).toBe("light it well, hold the button again");
    expect(hold(calibration, 40_000, 4000, 500)).toBe(1);
    expect(calibration.range).toEqual({ dark: 10, bright: 500 });
  });

  it("removes the calibration if it is long enough, also during another calibration", () => {
    for (const steps of [0, 1, 2]) {
      const calibration = calibrated(4, 348);
      for (let step = 0; step < steps; step++) hold(calibration, 40_000 + 9000 * step, 2000, 50);
      expect(hold(calibration, 80_000, 12_000, 50)).toBe(1);
      expect(calibration.range).toBe(UNCALIBRATED);
      expect(calibration.words).toBe("removed, light as the sensor has it");
      hold(calibration, 100_000, 2000, 50);
      expect(calibration.words).toBe("cover the sensor, hold the button again");
    }
  });

  it("expires after a minute, and its result is shown for ten seconds", () => {
    const calibration = new Calibration();
    hold(calibration, 0, 2000, 10);
    expect(calibration.passed(61_999)).toBe(false);
    expect(calibration.passed(62_000)).toBe(true);
    expect(calibration.words).toBe("given up, nothing changed");
    expect(calibration.passed(71_999)).toBe(false);
    expect(calibration.passed(72_000)).toBe(true);
    expect(calibration.words).toBe("");
    expect(calibration.passed(73_000)).toBe(false);
    expect(calibration.range).toBe(UNCALIBRATED);
  });
});
