import { describe, expect, it } from "vitest";
import { BOARD_NAMES } from "../../../boards/boards";
import { parseParts } from "../../../boards/parts";
import { boardSource } from "../../../boards/tools/firmware/board-source";

function sourceFor(text: string, name: (typeof BOARD_NAMES)[number] = "xiao-esp32c3"): string {
  const parts = parseParts(text, name);
  if (typeof parts === "string") throw new Error(parts);
  return boardSource({ name, parts }, 20);
}

describe("the source of a board's parts", () => {
  it("has all chosen parts", () => {
    expect(sourceFor("ltr390,dimmable,ssd1306,button=D1")).toBe(
      `// Made by \`npm run build -- --board xiao-esp32c3 --parts ltr390,dimmable,ssd1306,button=A1_D1\`.
import { pins } from "@dsboard/nightlight_xiao_esp32c3";
import { configureHardware, startButton, startLightBulb } from "@devicescript/servers";
import { LightLevel } from "@devicescript/core";
import { toggledBy } from "./parts/button";
import { Calibrated } from "./parts/calibrated";
import { DimmedLamp } from "./parts/dimmed-lamp";
import { Ltr390 } from "./parts/ltr390";
import { Screen } from "./parts/screen";

configureHardware({
  scanI2C: false,
  i2c: { pinSDA: pins.SDA_D4, pinSCL: pins.SCL_D5, kHz: 400 },
});

const button = startButton({ pin: pins.A1_D1 });
const ltr390 = new Ltr390();
const calibrated = new Calibrated(ltr390 as unknown as LightLevel, button);
export const sensor = calibrated as unknown as LightLevel;
export const lamp = toggledBy(button, new DimmedLamp(startLightBulb({ pin: pins.MOSI_D10, dimmable: true }), 0.2));
export const screen = new Screen(sensor, ltr390, lamp, calibrated);
`,
    );
    expect(sourceFor("button")).toContain(
      "const calibrated = new Calibrated(startLightLevel({ pin: pins.A1_D1 }), button);\n",
    );
    expect(sourceFor("ssd1306")).not.toContain("alibrated");
    expect(sourceFor("rgb", "esp32-s3")).toContain(
      "export const lamp = new DimmedLamp(new RgbLamp(48), 0.2);\n",
    );
  });

  it.each([...BOARD_NAMES])("has only the default parts on %s", (name) => {
    const source = sourceFor("", name);
    expect(source).not.toMatch(/parts\/|configureHardware|startButton/);
    expect(source).toContain("export const screen: StatusScreen = null;\n");
  });
});
