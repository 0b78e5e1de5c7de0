import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "../../../server/base/root";
import { Checkout } from "../../support/checkout";
import { Mosquitto } from "../../support/mosquitto";
import { SerialBoard } from "../../support/serial-board";
import { emptyUf2 } from "../../support/uf2";
import { until } from "../../support/until";
import { Witness } from "../../support/witness";

const IMAGE = ".devicescript/cache/devicescript-esp32c3-esp32c3_bare-0x0.bin";
const IMAGE_S3 = IMAGE.replaceAll("esp32c3", "esp32s3");
/** Chip ids by ESP-IDF's esp_chip_id_t. */
const CHIP_IDS = { c3: 5, s3: 9 };
/**
 * The broker's host for the stand-in board, which uses this computer's network. The tool refuses
 * the usual names of loopback.
 */
const LOOPBACK = "0.0.0.0";

/**
 * No board was available: the serial device, the chip's boot loader and the runtime's image are
 * stand-ins (see SerialBoard). The compiler, the CLI that patches the image, Espressif's
 * esptool-js, and the virtual machine that runs the program are the real ones.
 */
describe("npm run flash", () => {
  let checkout: Checkout;
  let board: SerialBoard;
  let broker: Mosquitto;

  beforeAll(async () => {
    checkout = new Checkout();
    broker = await Mosquitto.start();
    mkdirSync(join(checkout.dir, ".devicescript/cache"), { recursive: true });
  });

  afterAll(async () => {
    await broker.stop();
    checkout.remove();
  });

  beforeEach(async () => {
    board = await SerialBoard.plugIn();
    checkout.write(IMAGE, imageFor(CHIP_IDS.c3));
    settings(`BROKER=mqtt://${LOOPBACK}:${broker.port}`);
  });

  afterEach(async () => {
    await board.unplug();
  });

  function settings(...lines: string[]): void {
    const wifi = ["WIFI_SSID=home", 'WIFI_PWD="12345678"', "ID=desk-1"];
    checkout.write(".env.local", `${[...wifi, ...lines].join("\n")}\n`);
  }

  const flash = (...args: string[]) =>
    checkout.tool(
      "flash",
      args.includes("--board") ? args : ["--board", "xiao-esp32c3", ...args],
      board.env,
    );

  const untilFlashed = async () =>
    await until("the image is on the chip, and compared", () =>
      board.bootLoader.commands.includes("flash MD5"),
    );

  async function untilWorkingAs(id: string): Promise<void> {
    const witness = await Witness.connect(broker.url);
    board.lightRaw = 77;
    await until("telemetry of 77", () =>
      witness.payloads(`${id}/telemetry`).some((payload) => payload.startsWith('{"light":77')),
    );
    await witness.publish(`${id}/commands`, '{"led_on":true}');
    await until("the LED is on", () => board.ledOn);
    await witness.stop();
  }

  it("installs the runtime, sends program and settings, and the nightlight works", async () => {
    const tool = flash();
    await untilFlashed();
    await board.start();
    const { code, stdout, stderr } = await tool.end;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const line of [
      /^1\. Settings: /m,
      /^ {3}Sending ID, BROKER, UPDATE_KEY, WIFI_SSID, WIFI_PWD; the device's id is desk-1$/m,
      /^2\. Port: looking for Seeed Studio XIAO ESP32C3$/m,
      /^3\. Program: src\/main\.ts, compiled for xiao-esp32c3$/m,
      /^4\. Runtime: /m,
      /^ {3}Not on the board yet: installing it$/m,
      /^5\. The board answers; /m,
      /^ {3}> Connected$/m,
      /^The nightlight is connected\.$/m,
    ])
      expect(stdout).toMatch(line);
    expect(stdout).not.toContain("12345678");
    const { bootLoader } = board;
    expect(bootLoader.broken).toEqual([]);
    expect(bootLoader.baudRate).toBe(1_500_000);
    // The CLI has written this project's pins into the image.
    const written = bootLoader.flash.subarray(0, 0x10000);
    expect(written.includes("Nightlight on XIAO ESP32C3")).toBe(true);
    await untilWorkingAs("desk-1");
    expect([...board.networks]).toEqual([["home", "12345678"]]);
  });

  it("keeps an existing runtime, and removes settings that are no longer in .env.local", async () => {
    await board.start();
    settings(`BROKER=mqtt://${LOOPBACK}:${broker.port}`, "MQTT_USER=someone");
    expect((await flash().end).code).toBe(0);
    settings(`BROKER=mqtt://${LOOPBACK}:${broker.port}`);
    const { code, stdout } = await flash().end;
    expect(code).toBe(0);
    expect(stdout).not.toContain("installing it");
    expect(await board.setting("ID")).toBe('"desk-1"');
    expect(await board.setting("MQTT_USER")).toBe("");
    await untilWorkingAs("desk-1");
  });

  it("shows the board's log if it finds no broker", async () => {
    await board.start();
    settings(`BROKER=mqtt://${LOOPBACK}:1`);
    const tool = flash();
    await tool.untilPrinted("> mqtt: next try in ");
    await tool.stop();
  });

  it("reports a missing package before anything else", async () => {
    const packages = join(checkout.dir, "node_modules");
    rmSync(packages);
    mkdirSync(packages);
    for (const name of readdirSync(join(ROOT, "node_modules")))
      if (name !== "esptool-js")
        symlinkSync(join(ROOT, "node_modules", name), join(packages, name));
    // The missing package is reported before any other check, even before the wrong settings are.
    settings("BROKER=mqtt://localhost");
    expect(await flash().end).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "nightlight: flashing a runtime needs the package esptool-js: npm install --include=optional\n",
    });
    rmSync(packages, { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), packages);
  });

  it("reports in one line that a runtime can't be downloaded, and uses an old copy", async () => {
    // With this module, downloads fail on every machine.
    const env = { ...board.env, NODE_OPTIONS: `--import=${noNetwork(checkout)}` };
    const yesterday = new Date(Date.now() - 48 * 3600 * 1000);
    utimesSync(join(checkout.dir, IMAGE), yesterday, yesterday);
    const old = checkout.tool("flash", ["--board", "xiao-esp32c3", "--runtime"], env);
    await old.untilPrinted("using the older copy");
    await untilFlashed();
    await old.stop();

    const other = ["--board", "esp32-s3", "--runtime"];
    const { code, stdout, stderr } = await checkout.tool("flash", other, env).end;
    expect(stdout).toMatch(/\| fetch https:\S+\n$/);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "nightlight: cannot download https://github.com/microsoft/devicescript-esp32/releases/latest/download/devicescript-esp32s3-esp32s3_bare-0x0.bin: check the internet connection, or put a copy of the file into .devicescript/cache\n",
    });
  });

  it("reports that no board is plugged in, and lists the devices that are", async () => {
    board.tool("udevadm", "true");
    expect(await flash().end).toMatchObject({
      code: 1,
      stderr:
        "nightlight: no board found: there is no serial port at all; plug it in with a cable that carries data, or hold BOOT while you plug it in, then let go\n",
    });
    expect((await flash("--port", "/dev/ttyUSB9").end).stderr).toBe(
      "nightlight: --port: no port /dev/ttyUSB9: there is no serial port at all\n",
    );
  });

  it("does not write a runtime for one chip onto another", async () => {
    checkout.write(IMAGE_S3, imageFor(CHIP_IDS.s3));
    const { code, stdout, stderr } = await flash("--board", "esp32-s3", "--runtime").end;
    expect(code).toBe(1);
    expect(stdout).toContain(
      "expected an image for ESP32-C3, chip id 5, got one for chip id 9; nothing was written\n",
    );
    expect(stderr).toMatch(
      /^nightlight: the runtime was not installed: .*Chip mismatch: connected device has 'esp32c3' chip; .* uses 'esp32s3' chip\n$/,
    );
    expect(board.bootLoader.commands).not.toContain("flash begin, deflated");
  });

  it("tells how to make a Pico W appear as a drive", async () => {
    board.tool("udevadm", "true");
    checkout.write(".devicescript/cache/devicescript-rp2040w-pico_w.uf2", emptyUf2());
    const tool = checkout.tool("flash", ["--board", "pico-w"], { ...board.env, USER: "nobody" });
    const { code, stdout, stderr } = await tool.end;
    expect(code).toBe(1);
    expect(stdout).toContain("hold BOOTSEL while you plug it in: a drive RPI-RP2 appears");
    expect(stderr).toMatch(/^nightlight: the runtime was not installed: .*no drives found/);
  });

  it.each([
    ["BROKER=mqtt://127.0.0.1", /BROKER: got mqtt:\/\/127\.0\.0\.1, but a board needs an address/],
    [
      "MQTT_USERNAME_OF_BROKER=x",
      /\.env\.local:4: MQTT_USERNAME_OF_BROKER: expected at most 13 characters, got 23/,
    ],
  ])("stops before it touches the board if .env.local says %s", async (line, message) => {
    settings(line);
    const { code, stdout, stderr } = await flash().end;
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stdout).not.toContain("2. ");
  });
});

/**
 * Returns the relevant parts of a runtime's image: its first bytes, and room for a board's pins.
 */
function imageFor(chipId: number): Uint8Array {
  const image = Buffer.alloc(0x10000, 0xff);
  image[0] = 0xe9;
  image.writeUInt16LE(chipId, 12);
  return image;
}

/** Writes a module that makes `fetch` fail as it does without a network. */
function noNetwork(checkout: Checkout): string {
  checkout.write(
    "no-network.mjs",
    'globalThis.fetch = () => Promise.reject(new TypeError("fetch failed"));\n',
  );
  expect(readFileSync(join(checkout.dir, "no-network.mjs"), "utf8")).toContain("reject");
  return join(checkout.dir, "no-network.mjs");
}
