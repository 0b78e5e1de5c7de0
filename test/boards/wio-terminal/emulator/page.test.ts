import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { RUNTIME_LINES as BOARD_SAYS } from "../../../../boards/log-lines";
import { WIO_FOLDER } from "../../../../boards/wio-terminal/build/paths";
import { ROOT } from "../../../../server/base/root";
import { topicOf } from "../../../../src/common/wire";
import { launchBrowser, openTab } from "../../../page/browser";
import { folderForTest } from "../../../support/folder";
import { Mosquitto } from "../../../support/mosquitto";
import { type Started, startNightlight } from "../../../support/nightlight";
import { until } from "../../../support/until";
import { Witness } from "../../../support/witness";

/**
 * A program image: initial stack pointer and start address, and at that address "wfi" and a branch
 * back to "wfi".
 */
const SLEEPER = Buffer.from(Uint32Array.of(0x2003_0000, 0x4009, 0xe7fd_bf30).buffer);
/**
 * A program image like `SLEEPER`, but with an undefined instruction at the start address, and no
 * handler for its exception.
 */
const CRASHER = Buffer.from(Uint32Array.of(0x2003_0000, 0x4009, 0xde00_de00).buffer);
const MAIN = join(WIO_FOLDER, "tools/emulator.ts");

let broker: Mosquitto;
let server: Started;
let witness: Witness;
let browser: Browser;

beforeAll(async () => {
  broker = await Mosquitto.start();
  server = await startNightlight({ brokerUrl: broker.url, simulate: false });
  witness = await Witness.connect(broker.url);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await witness.stop();
  await server.stop();
  await broker.stop();
});

function startEmulator(args: readonly string[]): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...args], { cwd: ROOT });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => (output += bytes.toString()));
  return { child, output: () => output };
}

describe("wio:emulator", () => {
  it("lets a person use the board on a page", async () => {
    const id = "emulated-1";
    const { child, output } = startEmulator(["--id", id, "--broker", broker.url]);
    const ended = once(child, "exit");
    const page = await openTab(browser, { colorScheme: "dark" });
    try {
      await until("its address", () => /http:\S+/.test(output()));
      const url = /http:\S+/.exec(output())?.[0] ?? "";
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") faults.push(message.text());
      });
      await page.goto(url);
      await page.locator("#console", { hasText: "> Connected" }).waitFor();
      await page.locator("#light").fill("50");
      await page.locator("#led", { hasText: "LED on" }).waitFor();
      await page.locator("#light").fill("900");
      await page.locator("#led", { hasText: "LED off" }).waitFor();
      const lights = witness
        .payloads(topicOf(id, "telemetry"))
        .map((text) => (JSON.parse(text) as { light: number }).light);
      expect(lights).toContain(50);
      expect(lights).toContain(900);
      expect(faults).toEqual([]);
      // On a strict chip, the project's own image causes no warning.
      expect(output()).not.toContain("nightlight: warning:");
      const screenshot = process.env["EMULATOR_SCREENSHOT"];
      if (screenshot !== undefined) await page.screenshot({ path: screenshot });

      // A page of another site, in the same browser, cannot control the board.
      const stranger = new WebSocket(url.replace("http", "ws") + "live", {
        origin: "http://elsewhere.example",
      });
      const [refusal] = (await once(stranger, "error")) as [Error];
      expect(refusal.message).toContain("401");

      const post = { method: "POST", headers: { origin: "http://elsewhere.example" } };
      expect((await fetch(`${url}image?name=blank.bin`, post)).status).toBe(403);

      // A file that is not an image changes nothing. A tap of the reset switch restarts the board.
      const blank = { name: "blank.bin", mimeType: "", buffer: Buffer.alloc(64, 0xff) };
      await page.locator("#image").setInputFiles(blank);
      await page.locator("#image-result", { hasText: "expected a stack in RAM" }).waitFor();
      await page.locator("button", { hasText: "Reset" }).click();
      await page.locator("#console", { hasText: `${BOARD_SAYS.resetCause}reset button` }).waitFor();

      // Loads another program, which sleeps at once. Two taps of the reset switch would start the
      // bootloader's drive, which has no model, so the run ends.
      const sleeper = { name: "sleeper.bin", mimeType: "", buffer: SLEEPER };
      await page.locator("#image").setInputFiles(sleeper);
      await page.locator("#image-result", { hasText: "sleeper.bin is running." }).waitFor();
      await page.locator("button", { hasText: "Bootloader" }).click();
      await page.locator("#state", { hasText: "Stopped" }).waitFor();
      await page.locator("#image").setInputFiles(sleeper);
      await page.locator("#state", { hasText: "Running" }).waitFor();

      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
    } finally {
      await page.close();
      child.kill("SIGKILL");
      await ended;
    }
  });

  it("reports that the image ended the emulation, and still ends without an error", async () => {
    const dir = folderForTest();
    const image = join(dir, "crasher.bin");
    writeFileSync(image, CRASHER);
    const { child, output } = startEmulator(["--image", image]);
    const ended = once(child, "exit");
    try {
      await until("the emulation ends", () =>
        output().includes("the emulation ended: exception 3"),
      );
      await until("the page's address", () => /http:\S+/.test(output()));
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
      expect(output()).not.toMatch(/^ +at /m);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("reports a wrong option, and a busy port", async () => {
    for (const [args, words] of [
      [["--port", "70000"], '--port: expected a whole number from 0 to 65535, got "70000"'],
      [["--colour", "red"], "Unknown option '--colour'"],
      [["--port", String(broker.port)], `port ${broker.port} is in use`],
      [["--image", "package.json"], "package.json: expected a .uf2 or .bin file"],
    ] as const) {
      const { child, output } = startEmulator(args);
      expect(await once(child, "exit")).toEqual([1, null]);
      expect(output()).toContain(`nightlight: ${words}`);
      expect(output()).not.toMatch(/^ +at /m);
    }
  });
});
