import { describe, expect, it } from "vitest";
import { DimmedLamp } from "../../../src/parts/dimmed-lamp";
import { ratioOfLux } from "../../../src/parts/light-curve";
import { nightColour } from "../../../src/parts/night-colour";
import { PartLog } from "../../../src/parts/part-log";
import { LINE_CHARS, screenLines, type ScreenState } from "../../../src/parts/screen-lines";
import { ToggledLamp } from "../../../src/parts/toggled-lamp";

describe("lux as the lesson's light", () => {
  const light = (lux: number) => Math.round(ratioOfLux(lux) * 1023);

  it("is what a GL5528 above 10 kΩ shows, by docs/boards.md", () => {
    const lux = [0, 1, 2, 4.8, 10, 50, 100, 300, 1000, 10_000, 50_000];
    expect(lux.map(light)).toEqual([0, 128, 192, 306, 426, 704, 800, 906, 969, 1012, 1019]);
  });

  it("rises with the light, and stays within 0 and 1023", () => {
    let before = -1;
    for (let lux = 0.2; lux < 200_000; lux *= 1.3) {
      expect(ratioOfLux(lux)).toBeGreaterThan(before);
      before = ratioOfLux(lux);
    }
    expect(before).toBeLessThan(1);
    for (const wrong of [-1, NaN]) expect(ratioOfLux(wrong)).toBe(0);
  });
});

it("a missing part is reported once, and its return once", () => {
  const said: string[] = [];
  const presence = new PartLog("Screen", (line) => said.push(line));
  presence.works();
  for (const problem of ["gone", "gone", "odd"]) presence.failed(problem);
  expect(presence.problem).toBe("odd");
  presence.works();
  presence.works();
  expect(said).toEqual(["Screen: gone", "Screen: odd", "Screen: is back"]);
  expect(presence.problem).toBe("");
});

describe("the small screen", () => {
  const view: ScreenState = {
    id: "desk-1",
    light: 652,
    isOn: false,
    decidedBy: "server",
    problem: "",
  };

  it("shows id, light, LED and who decides", () => {
    expect(screenLines(view)).toEqual({
      title: "desk-1",
      large: "652    OFF",
      decided: "by server",
      foot: ["", ""],
    });
    expect(screenLines({ ...view, light: 1023, isOn: true, decidedBy: "hand" })).toMatchObject({
      large: "1023    ON",
      decided: "by hand",
    });
    expect(screenLines({ ...view, light: undefined }).large).toBe("--     OFF");
  });

  it.each([
    ["Broker: refused", ["Broker: refused", ""]],
    ["123456789 123456789 1", ["123456789 123456789 1", ""]],
    ["Light sensor: no LTR390 answers on I2C", ["Light sensor: no", "LTR390 answers on I2C"]],
    ["123456789 123456789 1 23", ["123456789 123456789 1", "23"]],
    ["123456789-123456789-1234567", ["123456789-123456789-1", "234567"]],
  ])("breaks %s into two lines", (problem, foot) => {
    expect(screenLines({ ...view, problem }).foot).toEqual(foot);
  });

  it("truncates text without room", () => {
    const lines = screenLines({ ...view, id: "x".repeat(60), problem: "word ".repeat(30) });
    for (const line of [lines.title, ...lines.foot])
      expect(line.length).toBeLessThanOrEqual(LINE_CHARS);
  });
});

describe("a lamp", () => {
  /** A part that records the values written to it. */
  class Written {
    readonly values: number[] = [];
    readonly intensity = this;
    async write(value: number): Promise<void> {
      this.values.push(value);
      await Promise.resolve();
    }
  }

  it("that can be dimmed has the requested brightness", async () => {
    const lamp = new Written();
    const dimmed = new DimmedLamp(lamp, 0.07);
    for (const value of [1, 0]) await dimmed.intensity.write(value);
    expect(lamp.values).toEqual([0.07, 0]);
  });

  it("with three colours is warm at each brightness", () => {
    expect(nightColour(0)).toEqual([0, 0, 0]);
    expect(nightColour(0.2)).toEqual([51, 22, 6]);
    expect(nightColour(1)).toEqual([255, 110, 30]);
    // At a brightness of one percent, the LED still glows.
    expect(nightColour(0.01)).toEqual([3, 1, 0]);
  });

  it("is toggled by the button, until the program sets it again", async () => {
    const lamp = new Written();
    const hand = new ToggledLamp(lamp);
    await hand.toggle();
    expect(hand).toMatchObject({ isOn: true, isByHand: true });
    await hand.toggle();
    await hand.intensity.write(1);
    expect(hand).toMatchObject({ isOn: true, isByHand: false });
    await hand.toggle();
    expect(hand).toMatchObject({ isOn: false, isByHand: true });
    expect(lamp.values).toEqual([1, 0, 1, 0]);
  });
});
