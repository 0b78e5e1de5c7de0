import { beforeAll, describe, expect, it } from "vitest";
import { RUNTIME_LINES, SCREEN_WORDS } from "../../../boards/log-lines";
import type { Picture } from "../../../boards/wio-terminal/build/png";
import { buildScreen, render, type Snapshot } from "../../../boards/wio-terminal/tools/screen-host";
import { shows } from "./read-screen";

const UP = [
  "set wifi 2",
  "set broker 2",
  `set decided ${SCREEN_WORDS.byServer}`,
  `set outbox 0${SCREEN_WORDS.waiting}`,
];

describe("the screen: its C on this machine, with the display's model", () => {
  let program: string;
  beforeAll(async () => (program = await buildScreen()));

  function after(script: readonly string[]): Snapshot {
    const found = render(program, [...script, "run 1000", "look end"]).get("end");
    if (!found) throw new Error("nothing was looked at");
    return found;
  }
  const picture = (script: readonly string[]): Picture => after(script).picture;

  it("shows light, LED, who decides, and the id", () => {
    const dark = picture([...UP, "set id kitchen", "set light 182", "set led 1"]);
    expect(shows(dark, "kitchen", "text", "large")).toBe(true);
    expect(shows(dark, "182", "text", "number")).toBe(true);
    expect(shows(dark, SCREEN_WORDS.on, "lamp", "large")).toBe(true);
    expect(shows(dark, SCREEN_WORDS.byServer, "quiet")).toBe(true);
    expect(shows(dark, `0${SCREEN_WORDS.waiting}`, "quiet")).toBe(true);
    const bright = picture([...UP, "set light 640", "set led 0"]);
    expect(shows(bright, "640", "text", "number")).toBe(true);
    expect(shows(bright, "182", "text", "number")).toBe(false);
    expect(shows(bright, SCREEN_WORDS.off, "text", "large")).toBe(true);
  });

  it("describes the problem in words, the first broken link of the chain first", () => {
    const trouble = [
      "set wifi 1",
      "set broker-host hub",
      "set broker-problem refused: bad password",
    ];
    const down = picture([
      ...trouble,
      `set wifi-problem ${RUNTIME_LINES.noNetworkName}`,
      "set wifi-name ",
    ]);
    expect(shows(down, SCREEN_WORDS.wifi + RUNTIME_LINES.noNetworkName, "problem")).toBe(true);
    const refused = picture([...trouble, "set wifi 2", "set wifi-problem "]);
    expect(shows(refused, `${SCREEN_WORDS.broker}hub: refused: bad password`, "problem")).toBe(
      true,
    );
  });

  it("shows the next step of a calibration, whatever else is wrong", () => {
    const todo = "cover the sensor, hold the button again";
    const trouble = ["set broker-host hub", "set broker-problem refused: bad password"];
    expect(shows(picture([...UP, `set to-do ${todo}`]), todo, "lamp")).toBe(true);
    expect(shows(picture([...trouble, `set to-do ${todo}`]), todo, "lamp")).toBe(true);
    expect(shows(picture([...UP, `set to-do ${todo}`, "set to-do "]), todo, "lamp")).toBe(false);
  });

  it("toggles the LED with A, and shows that until the program sets the LED", () => {
    const on = after([...UP, "set led 0", "press a"]);
    expect(on.led).toBe(true);
    expect(shows(on.picture, SCREEN_WORDS.byHand, "quiet")).toBe(true);
    const again = after([...UP, "set led 0", "press a", "set led 1"]);
    expect(shows(again.picture, SCREEN_WORDS.byServer, "quiet")).toBe(true);
  });

  it("switches between its three pages with B", () => {
    const pages = ["press b", "press b", "press b"];
    const titles = pages.map((_, i) =>
      picture([...UP, "set id kitchen", ...pages.slice(0, i + 1)]),
    );
    expect(titles.map((page) => shows(page, SCREEN_WORDS.network, "text", "large"))).toEqual([
      true,
      false,
      false,
    ]);
    expect(titles.map((page) => shows(page, SCREEN_WORDS.about, "text", "large"))).toEqual([
      false,
      true,
      false,
    ]);
    expect(titles.map((page) => shows(page, "kitchen", "text", "large"))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("shows on its last page that the program is in trial, or was taken back", () => {
    const about = [...UP, "press b", "press b", "set taken-back panicked twice: 60005"];
    expect(shows(picture(about), "panicked twice: 60005", "text")).toBe(true);
    expect(shows(picture([...about, "set in-trial 1"]), SCREEN_WORDS.inTrial, "text")).toBe(true);
  });

  it("responds to the 5-way switch in the same way", () => {
    const right = picture([...UP, "press r"]);
    expect(shows(right, SCREEN_WORDS.network, "text", "large")).toBe(true);
    expect(shows(picture([...UP, "press l"]), SCREEN_WORDS.about, "text", "large")).toBe(true);
    expect(after([...UP, "set led 0", "press p"]).led).toBe(true);
    const dark = after([...UP, "run 1000", "press d", "press d", "press d", "press d"]);
    expect(dark.backlight).toBe(false);
    expect(after([...UP, "run 1000", "press d", "press u", "press u"]).backlight).toBe(true);
  });

  it("gets darker with C, then off, then bright again", () => {
    const brightest = (presses: number): number =>
      picture([...UP, "run 1000", ...Array<string>(presses).fill("press c")]).rgb.reduce(
        (most, value) => Math.max(most, value),
        0,
      );
    const levels = [0, 1, 2, 3, 4].map(brightest);
    expect(levels[1]).toBeLessThan(levels[0] ?? 0);
    expect(levels[2]).toBeLessThan(levels[1] ?? 0);
    expect(levels[3]).toBe(0);
    expect(levels[4]).toBe(levels[0]);
  });

  it("lights up once its first picture is complete, and redraws only changed tiles", () => {
    const looks = render(program, [...UP, "run 300", "look early", "run 3000", "look later"]);
    expect(looks.get("early")?.backlight).toBe(false);
    expect(looks.get("later")?.backlight).toBe(true);
    // The whole picture was drawn once. Since then, only the graph has changed, three times.
    const pixels = looks.get("later")?.pixels ?? 0;
    expect(pixels).toBeGreaterThanOrEqual(320 * 240);
    expect(pixels).toBeLessThan(1.5 * 320 * 240);
  });

  it("truncates text that is too long", () => {
    const long = picture([...UP, "set id a-very-long-name-of-a-device-on-the-third-floor"]);
    expect(shows(long, "a-very-long", "text", "large")).toBe(true);
    expect(shows(long, "floor", "text", "large")).toBe(false);
  });
});
