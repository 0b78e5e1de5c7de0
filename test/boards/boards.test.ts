import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BOARD_NAMES, BOARDS, defineBoard } from "../../boards/boards";
import picoW from "../../boards/nightlight_pico_w.board.json";
import { ANALOG_GPIOS, BOOT_GPIOS } from "../../boards/parts";
import { ROOT } from "../../server/base/root";
import { SimulatedDevice } from "../../server/simulator/device";
import type { Checkout } from "../support/checkout";
import { until } from "../support/until";
import { Workbench } from "../support/workbench";

const BYTECODE = ".devicescript/bin/bytecode.devs";

describe("npm run build -- --board", () => {
  let bench: Workbench;
  let checkout: Checkout;

  beforeAll(async () => {
    bench = await Workbench.start();
    ({ checkout } = bench);
  });

  afterAll(async () => {
    await bench.stop();
  });

  /**
   * Drives a device manually instead of by the server: light in, telemetry out, command in, LED.
   */
  async function drive(id: string, device: SimulatedDevice): Promise<void> {
    for (const [light, ledOn] of [
      [100, true],
      [900, false],
      [12, true],
    ] as const) {
      const { witness } = bench;
      const from = witness.seen.length;
      device.lightRaw = light;
      await until(`telemetry ${light}`, () =>
        witness.seen
          .slice(from)
          .some(
            ({ topic, payload }) =>
              topic === `${id}/telemetry` &&
              (JSON.parse(payload) as { light: number }).light === light,
          ),
      );
      await witness.publish(`${id}/commands`, JSON.stringify({ led_on: ledOn }));
      await until(`the lamp is ${ledOn ? "on" : "off"}`, () => device.ledOn === ledOn);
    }
  }

  it.each(BOARD_NAMES)(
    "%s compiles from the same sources, and works in the virtual machine",
    async (name) => {
      const { bytecode, stdout } = await bench.build("--board", name);
      expect(stdout).toContain(`Compiling src/main.ts for ${name} ...`);
      expect(checkout.read("src/board.gen.ts").toString()).toContain(
        `@dsboard/${BOARDS[name].module}"`,
      );

      const disassembly = await checkout.devicescript("disasm", "--detailed", BYTECODE).end;
      const { sensor, led } = BOARDS[name];
      expect(hardwareIn(disassembly.stdout).services).toEqual([
        { service: "analog:lightLevel", name: "analog:lightLevel", pin: sensor.pin },
        { service: "lightBulb", name: "lightBulb", pin: led.pin },
      ]);

      const panics: number[] = [];
      const device = await SimulatedDevice.start({
        bytecode,
        settings: { ID: name, BROKER: bench.broker.url },
        lightRaw: 652,
        onPanic: (panic) => panics.push(panic),
      });
      await drive(name, device);
      await device.stop();
      expect(panics).toEqual([]);
    },
  );

  it("lists the known boards if the name is unknown", async () => {
    const { code, stderr } = await checkout.run("build", ["--board", "esp8266"]);
    expect(code).toBe(1);
    expect(stderr).toBe(`nightlight: --board: expected ${BOARD_NAMES.join(", ")}, got "esp8266"\n`);
  });

  it("names the known flags if a flag is unknown", async () => {
    const { code, stderr } = await checkout.run("build", ["--bored", "pico-w"]);
    expect(code).toBe(1);
    expect(stderr).toBe("nightlight: Unknown option '--bored'; expected one of --board, --parts\n");
  });

  it("shows its usage, and writes nothing", async () => {
    const { code, stdout, stderr } = await checkout.run("build", ["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: npm run build \[-- --board NAME \[--parts PART,\.\.\.\]\]\n/);
    for (const name of BOARD_NAMES) expect(stdout).toContain(name);
  });

  it("lists the possible parts and pins if one is wrong, or if there is no board", async () => {
    const build = async (...args: string[]) => (await checkout.run("build", args)).stderr;
    const board = ["--board", "xiao-esp32c3"];
    expect(await build(...board, "--parts", "ltr390,rgb")).toBe(
      "nightlight: --parts: expected led or dimmable on xiao-esp32c3, whose runtime drives no RGB LED, got rgb\n",
    );
    expect(await build("--parts", "ltr390")).toBe(
      "nightlight: --parts: needs --board; the simulator has its own light and lamp\n",
    );
    checkout.write(".env.local", "PARTS=analog=D3\n");
    expect(await build(...board)).toBe(
      'nightlight: .env.local: PARTS: expected analog on D1, D2 of xiao-esp32c3, got "D3"\n',
    );
    checkout.write(".env.local", "PARTS=oled\n");
    expect(await build()).toMatch(/^nightlight: \.env\.local: PARTS: expected .*, got "oled"\n$/);
    checkout.write(".env.local", "");
  });

  it("builds for the simulator without a board, and remembers the last choice otherwise", async () => {
    checkout.write("src/board.gen.ts", "// Made by `npm run build -- --board pico-w`.\n");
    await checkout.run("prepare");
    expect(checkout.read("src/board.gen.ts").toString()).toContain("nightlight_pico_w");
    const { stdout } = await checkout.run("build");
    expect(stdout).toContain("Compiling src/main.ts for the simulator ...");
    expect(checkout.read("src/board.gen.ts").toString()).not.toContain("@dsboard");
  });

  it("refuses a light sensor on a pin that can't measure", async () => {
    checkout.write(
      "src/board.gen.ts",
      checkout
        .read("src/board.gen.ts")
        .toString()
        .replace(
          /^export const sensor.*$/m,
          "export const sensor = startLightLevel({ pin: pins.P10 });",
        )
        .replace(
          /^import .*$/m,
          'import { pins } from "@dsboard/nightlight_esp32_c3";\nimport { LightBulb } from "@devicescript/core";\nimport { startLightLevel } from "@devicescript/servers";',
        ),
    );
    const { code, stderr } = await checkout.devicescript("build").end;
    expect(code).not.toBe(0);
    expect(stderr).toContain("AnalogInPin");
  });
});

describe.each(BOARD_NAMES)("the board %s", (name) => {
  const { module, family, sensorGpio, ledGpio } = BOARDS[name];

  it("has its light sensor on a pin that can measure while Wi-Fi is on", () => {
    const [first, last] = ANALOG_GPIOS[family];
    expect(sensorGpio).toBeGreaterThanOrEqual(first);
    expect(sensorGpio).toBeLessThanOrEqual(last);
  });

  it("boots with the parts attached", () => {
    expect(BOOT_GPIOS[family]).not.toContain(sensorGpio);
    // An LED to ground holds its pin low. On an ESP32, GPIO2 must be low for flashing, so its LED
    // may be there.
    if (name !== "esp32-devkitc") expect(BOOT_GPIOS[family]).not.toContain(ledGpio);
  });

  it("is a board that the runtime is built for, and its LED is free", () => {
    const file = JSON.parse(readFileSync(join(ROOT, "boards", `${module}.board.json`), "utf8")) as {
      archId: string;
      led?: { pin: number | string };
      pins: Record<string, number>;
    };
    expect(file.archId).toBe(family);
    const statusPin = file.led?.pin ?? -1;
    const statusGpio = typeof statusPin === "string" ? file.pins[statusPin] : statusPin;
    expect(statusGpio).not.toBe(ledGpio);
  });
});

it("the board table refuses a pin that the board does not have", () => {
  const wiring = {
    ...BOARDS["pico-w"],
    sensor: { pin: "GP26", label: "" },
    led: { pin: "GP15", label: "", onBoard: false },
    i2c: { sda: { pin: "GP4", label: "" }, scl: { pin: "GP5", label: "" } },
    button: { pin: "GP14", label: "", onBoard: false },
  } as const;
  expect(defineBoard(picoW, wiring).sensorGpio).toBe(26);
  // @ts-expect-error -- what is tested here is the type checker
  const wrong = defineBoard(picoW, { ...wiring, sensor: { pin: "GP99", label: "" } });
  expect(wrong.sensorGpio).toBeUndefined();
});

/** Returns the hardware configuration in the output of the CLI's disassembler. */
function hardwareIn(disassembly: string): { services: object[] } {
  const [, json = ""] = /^DCFG: [^{]*(\{.*?^\})/ms.exec(disassembly) ?? [];
  return JSON.parse(json) as { services: object[] };
}
