/**
 * `npm run test:pi`: runs `npm run pi` on a real Linux kernel in QEMU, against a server on the
 * host. A simulated USB bridge has the Grove Base Hat's chip on its bus and the LED on a pin. Needs
 * Debian with qemu-system-x86.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { compileFirmware } from "../../../../boards/tools/firmware/compile";
import { writeFirmwareConfig } from "../../../../boards/tools/firmware/configure";
import { ROOT } from "../../../../server/base/root";
import { onShutdownRequest } from "../../../../server/base/shutdown";
import { until } from "../../../../server/base/wait-for";
import { loadConfig } from "../../../../server/setup/config";
import { startNightlight } from "../../../support/nightlight";
import { boot } from "./machine";
import { BUTTON_PIN, type FromGuest, LED_PIN, type ToGuest } from "./words";

/**
 * The compiled guest program has to be at the same depth as server/base/root.ts, which finds the
 * checkout by its own location.
 */
const FOLDER = join(ROOT, ".devicescript/pi");

const startedMs = performance.now();
const log: string[] = [];
let ledOn: boolean | undefined;
let ended: number | null | undefined;
let guest: Socket | undefined;
let isOff = false;

function step(text: string): void {
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

function say(words: ToGuest): void {
  guest?.write(`${JSON.stringify(words)}\n`);
}

/**
 * Waits for a condition.
 * @throws Error if the run ends before the condition holds
 */
async function untilHolds(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const state = { holds: false };
  await until(what, async () => (state.holds = await condition()) || isOver());
  if (!state.holds) throw new Error(`it ended before: ${what}`);
}

const isOver = () => ended !== undefined || isOff;

async function untilLogged(text: string): Promise<void> {
  const from = log.length;
  await untilHolds(`the program says: ${text}`, () =>
    log.slice(from).some((l) => l.includes(text)),
  );
}

const control = createServer((socket) => {
  guest = socket;
  createInterface(socket).on("line", (line) => {
    const words = JSON.parse(line) as FromGuest;
    if (words.log !== undefined) {
      log.push(words.log);
      console.log(`        | ${words.log}`);
    }
    if (words.ledOn !== undefined) ledOn = words.ledOn;
    if ("ended" in words) ended = words.ended;
  });
});
await new Promise<void>((resolve) => control.listen(0, "127.0.0.1", resolve));

const config = loadConfig();
writeFirmwareConfig(config, undefined, true);
await compileFirmware();
await build({
  absWorkingDir: ROOT,
  entryPoints: {
    pi: "boards/raspberry-pi/pi.ts",
    guest: "test/boards/raspberry-pi/qemu/guest.ts",
  },
  outdir: FOLDER,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["esbuild", "koffi"],
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
const configFile = join(FOLDER, "devicescript.json");
mkdirSync(FOLDER, { recursive: true });
const pi = { i2cBus: 0, gpioChip: "/dev/gpiochip0", ledGpio: LED_PIN, buttonGpio: BUTTON_PIN };
writeFileSync(configFile, JSON.stringify({ ...config, pi }));

const nightlight = await startNightlight({ simulate: false });
const { id } = config;
const mqttPort = new URL(nightlight.brokerUrl).port;
const { port } = control.address() as { port: number };
const program = (name: string) => join(FOLDER, `${name}.mjs`);
const command = [program("guest"), String(port), mqttPort, program("pi"), configFile];
const qemu = boot([process.execPath, ...command]);
// At the event "exit", so that QEMU also ends at a signal.
process.once("exit", () => qemu.kill("SIGKILL"));
onShutdownRequest(() => process.exit(1));
qemu.stdout?.on("data", (chunk: Buffer) => process.stdout.write(chunk));
qemu.once("exit", () => (isOff = true));
step("booting");
try {
  await untilLogged("not permitted: sudo usermod -aG plugdev");
  step("the group that may not yet use the bus was named; now it may");
  say({ busMode: 0o660, raw: 2608 });
  await untilLogged("light sensor is back");

  const light = async (expected: number) => {
    const isSeen = async () => (await nightlight.device(id))?.values["light"] === expected;
    await untilHolds(`the server sees light ${expected}`, isSeen);
    step(`the server sees light ${expected}`);
  };
  await light(652);
  say({ raw: 400 });
  await light(100);
  await untilHolds("the LED's line is high", () => ledOn === true);
  step("dark: the LED's line is high");
  say({ raw: 3600 });
  await light(900);
  await untilHolds("the LED's line is low", () => ledOn === false);
  step("bright: the LED's line is low");

  say({ pressed: true });
  await untilHolds("the LED's line is high", () => ledOn === true);
  say({ pressed: false });
  step("the button has switched the LED on");

  say({ network: false, raw: 3000 });
  await untilLogged("Outbox: 2");
  say({ kill: true });
  await untilLogged("wait for the broker");
  say({ network: true });
  await untilLogged(" sent");
  await light(750);
  step("killed without a broker: the readings that waited have been sent");

  say({ hatAt: null });
  await untilLogged("does not answer");
  step("the hat was pulled out");
  say({ raw: 200, hatAt: 0x08 });
  await untilLogged("light sensor is back");
  await light(50);
  await untilHolds("the LED's line is high", () => ledOn === true);
  step("the hat is back, at its other address");

  say({ end: true });
  await until("the program ends", () => ended !== undefined);
  if (ended !== 0)
    throw new Error(`expected the program to end with 0, got ${ended ?? "a signal"}`);
  if (ledOn !== false) throw new Error("the LED is on at the end");
  step("the program ended, the LED is off");
  await until("the machine is off", () => isOff);
  step("the machine is off: all held");
} finally {
  qemu.kill("SIGKILL");
  control.close();
  guest?.destroy();
  await nightlight.stop();
}
