/**
 * Runs inside the virtual machine, as root: the bridge with its chips, and our program as a user
 * who is in one group only. It is told what to do by lines of JSON from the outside.
 */
import { spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import { FakeGroveBaseHat } from "../fake-pi";
import { Cp2112 } from "./cp2112";
import { BUS, CHIP, type FromGuest, GROUP, LED_PIN, type ToGuest } from "./words";

const OUTSIDE = "10.0.2.2";
const USER = 1000;
const [, , controlPort = "", mqttPort = "", program = "", config = ""] = process.argv;

const control = connect(Number(controlPort), OUTSIDE);
const tell = (words: FromGuest) => control.write(`${JSON.stringify(words)}\n`);

// The device's own preset: a broker on its own machine.
createServer((socket) => {
  const broker = connect(Number(mqttPort), OUTSIDE);
  for (const [from, to] of [
    [socket, broker],
    [broker, socket],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
  }
}).listen(1883, "127.0.0.1");

const hat = new FakeGroveBaseHat();
const bridge = new Cp2112((pins) => tell({ ledOn: (pins & (1 << LED_PIN)) !== 0 }));
bridge.chips.set(0x04, hat);
const appear = setInterval(() => {
  if (!existsSync(BUS) || !existsSync(CHIP)) return;
  clearInterval(appear);
  start();
}, 20);

function start(): void {
  chownSync(BUS, 0, GROUP);
  // Not yet: what is missing has to be said.
  chmodSync(BUS, 0o600);
  chownSync(CHIP, 0, GROUP);
  chmodSync(CHIP, 0o660);
  mkdirSync("/run/pi");
  chownSync("/run/pi", USER, GROUP);
  const args = [program, "--config", config, "--data", "/run/pi"];
  const child = spawn(process.execPath, args, { uid: USER, gid: GROUP, cwd: "/run/pi" });
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (log) => tell({ log }));
  child.on("exit", (code) => {
    tell({ ended: code });
    bridge.close();
    control.end();
  });
  createInterface(control).on("line", (line) => {
    const words = JSON.parse(line) as ToGuest;
    if (words.busMode !== undefined) chmodSync(BUS, words.busMode);
    if (words.raw !== undefined) hat.raw[0] = words.raw;
    if (words.hatAt !== undefined) {
      bridge.chips.clear();
      if (words.hatAt !== null) bridge.chips.set(words.hatAt, hat);
    }
    if (words.end) child.kill("SIGTERM");
  });
  control.on("close", () => process.exit());
}
