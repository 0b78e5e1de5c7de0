import { existsSync, readFileSync } from "node:fs";
import { BOARDS } from "../../boards";
import { parseTarget, type Parts, partsText, type Target, usesI2C } from "../../parts";

/** The names that a source imports from a module. */
interface Import {
  from: string;
  names: string[];
}

/**
 * Generates a source file with the firmware's sensor, lamp and other parts. Parts that were not
 * chosen are not in the program.
 * @param target undefined for the simulator
 * @param brightness the brightness of a dimmable lamp, percent of its full light
 */
export function boardSource(target: Target | undefined, brightness: number): string {
  if (target === undefined)
    return `// Made for the simulator, with any sensor and lamp. For a board, see docs/boards.md.
import { Button, LightBulb, LightLevel } from "@devicescript/core";
import type { StatusScreen } from "./nightlight";
import { Calibrated } from "./parts/calibrated";

const calibrated = new Calibrated(new LightLevel(), new Button());
export const sensor = calibrated as unknown as LightLevel;
export const lamp = new LightBulb();
${NO_SCREEN}`;
  const { module } = BOARDS[target.name];
  const { parts } = target;
  const text = `${i2c(target)}${button(parts)}${lightSensor(parts)}
export const lamp = ${lamp(target, brightness / 100)};
${screen(parts)}`;
  const imports: Import[] = [
    { from: `@dsboard/${module}`, names: ["pins"] },
    {
      from: "@devicescript/servers",
      names: ["configureHardware", "startButton", "startLightBulb", "startLightLevel"],
    },
    { from: "@devicescript/core", names: ["LightLevel"] },
    { from: "./parts/button", names: ["toggledBy"] },
    { from: "./parts/calibrated", names: ["Calibrated"] },
    { from: "./parts/dimmed-lamp", names: ["DimmedLamp"] },
    { from: "./parts/ltr390", names: ["Ltr390"] },
    { from: "./parts/rgb-lamp", names: ["RgbLamp"] },
    { from: "./parts/screen", names: ["Screen"] },
  ];
  const lines = imports.map(({ from, names }) => {
    const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
    return used.length === 0 ? "" : `import { ${used.join(", ")} } from "${from}";\n`;
  });
  if (!parts.has("ssd1306")) lines.push('import type { StatusScreen } from "./nightlight";\n');
  return `// Made by \`npm run build -- ${optionsOf(target)}\`.
${lines.join("")}
${text}`;
}

/**
 * A source without a screen. The compiler leaves out code that runs only if this constant is not
 * null.
 */
const NO_SCREEN = "export const screen: StatusScreen = null;\n";

/**
 * I2C's fast mode, which the light sensor and the display both support. A line of the screen takes
 * 3 ms, during which all other work waits.
 */
const I2C_KHZ = 400;

function i2c({ name, parts }: Target): string {
  if (!usesI2C(parts)) return "";
  const { sda, scl } = BOARDS[name].i2c;
  return `configureHardware({
  scanI2C: false,
  i2c: { pinSDA: pins.${sda.pin}, pinSCL: pins.${scl.pin}, kHz: ${I2C_KHZ} },
});

`;
}

function button(parts: Parts): string {
  if (!parts.has("button")) return "";
  return `const button = startButton({ pin: pins.${parts.get("button")} });\n`;
}

function lightSensor(parts: Parts): string {
  // Cast to `LightLevel`, the type in the program: the compiler keeps only methods that are called
  // through their declared type.
  const analog = `startLightLevel({ pin: pins.${parts.get("analog")} })`;
  const own = parts.has("ltr390") ? "ltr390 as unknown as LightLevel" : analog;
  const ltr390 = parts.has("ltr390") ? "const ltr390 = new Ltr390();\n" : "";
  if (!parts.has("button")) return `${ltr390}export const sensor = ${own};`;
  return `${ltr390}const calibrated = new Calibrated(${own}, button);
export const sensor = calibrated as unknown as LightLevel;`;
}

/** @param brightness 0..1 */
function lamp(target: Target, brightness: number): string {
  const { parts } = target;
  const plain = plainLamp(target);
  const lamp = parts.has("led") ? plain : `new DimmedLamp(${plain}, ${brightness})`;
  if (!parts.has("button")) return lamp;
  return `toggledBy(button, ${lamp})`;
}

function plainLamp({ name, parts }: Target): string {
  if (parts.has("rgb")) return `new RgbLamp(${BOARDS[name].rgbLedGpio})`;
  if (parts.has("dimmable"))
    return `startLightBulb({ pin: pins.${parts.get("dimmable")}, dimmable: true })`;
  return `startLightBulb({ pin: pins.${parts.get("led")} })`;
}

function screen(parts: Parts): string {
  if (!parts.has("ssd1306")) return NO_SCREEN;
  const chip = parts.has("ltr390") ? "ltr390" : "undefined";
  const byButton = parts.has("button") ? "lamp, calibrated" : "undefined, undefined";
  return `export const screen = new Screen(sensor, ${chip}, ${byButton});\n`;
}

function optionsOf(target: Target): string {
  const parts = partsText(target);
  return `--board ${target.name}${parts === "" ? "" : ` --parts ${parts}`}`;
}

/** The target that a generated source file was made for; undefined for the simulator. */
export function targetOfSource(path: string): Target | undefined {
  if (!existsSync(path)) return undefined;
  const [, name = "", parts = ""] =
    /--board (\S+?)(?: --parts (\S+))?`/.exec(readFileSync(path, "utf8")) ?? [];
  return parseTarget([name, ...parts.split(",")].join("+"));
}
