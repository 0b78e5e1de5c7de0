import { describe, expect, it } from "vitest";
import { BOARD_NAMES, BOARDS } from "../../boards/boards";
import { parseParts, parseTarget, partsText, targetText } from "../../boards/parts";

/** Returns the chosen parts as text, without default parts and pins, or the error. */
function read(text: string, name: (typeof BOARD_NAMES)[number] = "xiao-esp32c3"): string {
  const parts = parseParts(text, name);
  return typeof parts === "string" ? parts : partsText({ name, parts });
}

describe("--parts", () => {
  it("has a light sensor and an LED on the board's pins by default", () => {
    expect(parseParts("", "xiao-esp32c3")).toEqual(
      new Map([
        ["analog", "A1_D1"],
        ["led", "MOSI_D10"],
      ]),
    );
    expect(read(" , ")).toBe("");
    expect(read("led, analog")).toBe("");
  });

  it("accepts parts in any order, and a pin by each of its names", () => {
    expect(read("button,ssd1306,ltr390")).toBe("ltr390,ssd1306,button");
    expect(read("ltr390,button=d1,dimmable=A2")).toBe("ltr390,dimmable=A2_D2,button=A1_D1");
    expect(read("analog=32,led=p13", "esp32-devkitc")).toBe("analog=P32,led=P13");
    expect(read("rgb,ssd1306", "qtpy-esp32c3")).toBe("rgb,ssd1306");
    // docs/boards.md uses these spellings of a pin.
    for (const pin of ["BOOT", "GPIO9"]) expect(read(`button=${pin}`)).toBe("button");
  });

  it.each([
    ["oled", 'expected analog, ltr390, led, dimmable, rgb, ssd1306, button, got "oled"'],
    ["toString", 'expected analog, ltr390, led, dimmable, rgb, ssd1306, button, got "toString"'],
    ["led=", 'expected analog, ltr390, led, dimmable, rgb, ssd1306, button, got "led="'],
    ["led=D2=D3", 'expected analog, ltr390, led, dimmable, rgb, ssd1306, button, got "led=D2=D3"'],
    ["analog,ltr390", "expected one light sensor, got analog and ltr390"],
    ["dimmable,led", "expected one lamp, got dimmable and led"],
    ["button,button=D2", "expected one button, got button and button"],
    ["ltr390=D4", 'expected ltr390 without a pin, got "ltr390=D4"'],
    ["rgb", "expected led or dimmable on xiao-esp32c3, whose runtime drives no RGB LED, got rgb"],
    // Each of these pins is in use: by the sensor, by the log, by I2C, or to select how the chip
    // boots.
    ["button=D1", /^expected button on D2, D3, BOOT, D7, .*, got "D1", which analog has$/],
    ["ssd1306,button=GPIO6", /, got "GPIO6", which I2C has$/],
    ["led=D2,button=d2", /, got "d2", which led has$/],
    ["led=D6", /, got "D6"$/],
    ["ssd1306,led=SDA", /, got "SDA", which I2C has$/],
    ["led=A0", /, got "A0"$/],
    ["button=D2,led=D2", /, got "D2", which button has$/],
    ["analog=D3", 'expected analog on D1, D2 of xiao-esp32c3, got "D3"'],
    ["led=D99", /, got "D99"$/],
  ])("refuses %s, and lists the possible values", (text, message) => {
    const parts = parseParts(text, "xiao-esp32c3");
    expect(parts).toEqual(message instanceof RegExp ? expect.stringMatching(message) : message);
  });

  it("refuses an LED on an input-only pin, and on the pin of the RGB LED", () => {
    expect(read("led=35", "esp32-devkitc")).toMatch(/, got "35"$/);
    expect(read("analog=35", "esp32-devkitc")).toBe("analog=P35");
    expect(read("rgb,button=18", "esp32-s2")).toMatch(/, got "18", which rgb has$/);
    expect(read("button=18", "esp32-s2")).toBe("button=P18");
  });

  it.each(BOARD_NAMES)("on %s accepts all parts together, each on its default pin", (name) => {
    const { i2c, pins } = BOARDS[name];
    for (const text of ["analog,dimmable,ssd1306,button", "ltr390,led,ssd1306,button"]) {
      const parts = parseParts(text, name);
      if (typeof parts === "string") throw new Error(parts);
      const used = [i2c.sda.pin, i2c.scl.pin, ...parts.values()].filter((pin) => pin !== undefined);
      expect(new Set(used).size).toBe(used.length);
      for (const pin of used) expect(pins[pin]).toBeTypeOf("number");
      expect(parseParts(partsText({ name, parts }), name)).toEqual(parts);
    }
  });
});

describe("the device's description of its board", () => {
  it("is the board's name, and the parts that differ from the default", () => {
    for (const text of ["pico-w", "pico-w+ltr390+ssd1306+button=GP22", "esp32-s3+rgb"]) {
      const target = parseTarget(text);
      expect(target && targetText(target)).toBe(text);
    }
    expect(parseTarget("pico-w+rgb")).toBeUndefined();
    expect(parseTarget("pico-x")).toBeUndefined();
    expect(parseTarget("")).toBeUndefined();
  });

  it("is short enough for a device's state with every pin chosen", () => {
    const longest = "esp32-devkitc+analog=P32+dimmable=P13+ssd1306+button=P14";
    expect(longest.length).toBeLessThanOrEqual(100);
    expect(parseTarget(longest)).toBeDefined();
  });
});
