import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BOARD_NAMES, BOARDS } from "../../boards/boards";
import { documentation } from "../../boards/tools/drawing/documentation";
import { PI_LAMPS, PI_WIRINGS } from "../../boards/tools/drawing/pi-wiring";
import { ROOT } from "../../server/base/root";

const doc = (name: string) => readFileSync(join(ROOT, "docs", name), "utf8");

describe("docs/boards.md", () => {
  it("matches the output of `npm run draw:boards`, including the pictures", () => {
    const files = documentation(doc("boards.md"));
    expect(files.size).toBe(
      2 * BOARD_NAMES.length + Object.keys(PI_LAMPS).length * Object.keys(PI_WIRINGS).length + 1,
    );
    for (const [name, text] of files) expect(doc(name), name).toBe(text);
  });

  it.each(BOARD_NAMES)("shows the pins of %s in its picture", (name) => {
    const { sensor, led, sensorGpio, ledGpio, supplyLabel, groundLabel } = BOARDS[name];
    const texts = [...doc(`boards/${name}.svg`).matchAll(/<text[^>]*>([^<]*)</g)].map(
      ([, text]) => text,
    );
    expect(texts).toEqual(
      expect.arrayContaining([
        ...[sensor.label, led.label, supplyLabel, groundLabel],
        ...[`GPIO${sensorGpio}`, `GPIO${ledGpio}`, "10 kΩ"],
      ]),
    );
  });

  it.each(BOARD_NAMES)("shows the pins of other parts for %s in a second picture", (name) => {
    const { i2c, button, pins } = BOARDS[name];
    const picture = doc(`boards/${name}-parts.svg`);
    expect(picture).toContain(`>SDA, GPIO${pins[i2c.sda.pin]}<`);
    expect(picture).toContain(`>SCL, GPIO${pins[i2c.scl.pin]}<`);
    expect(picture).toContain(`>GPIO${pins[button.pin]}<`);
    for (const { label } of [i2c.sda, i2c.scl, button]) expect(picture).toContain(`>${label}<`);
  });

  it("has all of its boards in docs/first-board.md, too", () => {
    for (const name of BOARD_NAMES) expect(doc("first-board.md")).toContain(`\`${name}\``);
  });
});

describe("docs/raspberry-pi.md", () => {
  interface Parts {
    sensor: { enum: string[] };
    ledGpio: { default: number };
  }
  const schema = JSON.parse(readFileSync(join(ROOT, "devicescript.schema.json"), "utf8")) as {
    definitions: { piParts: { properties: Parts } };
  };
  const { sensor, ledGpio } = schema.definitions.piParts.properties;

  it("has a picture for each sensor that can be configured", () => {
    expect(Object.keys(PI_WIRINGS)).toEqual(sensor.enum);
    for (const name of sensor.enum)
      for (const ending of Object.keys(PI_LAMPS))
        expect(doc("raspberry-pi.md")).toContain(`](boards/raspberry-pi-${name}${ending}.svg)`);
  });

  it("has pictures with the pins of its own example", () => {
    const example = /"buttonGpio": (\d+)/.exec(doc("raspberry-pi.md"))?.[1];
    for (const name of ["ads1115", "mcp3008"]) {
      expect(doc(`boards/raspberry-pi-${name}.svg`)).toContain(`>GPIO ${ledGpio.default}<`);
      expect(doc(`boards/raspberry-pi-${name}.svg`)).toContain(`>GPIO ${example}<`);
    }
    expect(doc("boards/raspberry-pi-grove-base-hat.svg")).toContain(`>D${ledGpio.default}<`);
    const dimmed = /"lamp": "dimmable", "ledGpio": (\d+)/.exec(doc("raspberry-pi.md"))?.[1];
    for (const name of sensor.enum)
      expect(doc(`boards/raspberry-pi-${name}-dimmable.svg`)).toContain(`GPIO ${dimmed}<`);
  });
});
