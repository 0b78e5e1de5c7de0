/**
 * Runs inside the virtual machine, as root: simulates the bridge with its chips, and runs the
 * program under test as a user with a single group. The host controls this process with lines of
 * JSON.
 */
import { spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { until } from "../../../../server/base/wait-for";
import { FakeGroveBaseHat } from "../fake-pi";
import { Cp2112 } from "./cp2112";
import { BUS, BUTTON_PIN, CHIP, type FromGuest, GROUP, LED_PIN, type ToGuest } from "./words";

const OUTSIDE = "10.0.2.2";
const USER = 1000;
const [, , controlPort = "", mqttPort = "", program = "", config = ""] = process.argv;

const control = connect(Number(controlPort), OUTSIDE);
const tell = (words: FromGuest) => control.write(`${JSON.stringify(words)}\n`);

// By default, the program under test connects to a broker on its own machine. This server relays
// those connections to the broker outside.
let isReachable = true;
const relayed = new Set<Socket>();
createServer((socket) => {
  if (!isReachable) {
    socket.destroy();
    return;
  }
  relayed.add(socket);
  socket.on("close", () => relayed.delete(socket));
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

/** Whether an outbox file holds more than the digest of an empty outbox. */
function isOutboxKept(): boolean {
  return readdirSync("/run/pi/devices").some((id) => {
    const file = `/run/pi/devices/${id}/outbox`;
    return existsSync(file) && statSync(file).size > 32;
  });
}

function start(): void {
  chownSync(BUS, 0, GROUP);
  // The bus is not accessible at first, so that the program has to report the missing permission.
  chmodSync(BUS, 0o600);
  chownSync(CHIP, 0, GROUP);
  chmodSync(CHIP, 0o660);
  mkdirSync("/run/pi");
  chownSync("/run/pi", USER, GROUP);
  const args = [program, "--config", config, "--data", "/run/pi"];
  let child = run();
  function run() {
    const started = spawn(process.execPath, args, { uid: USER, gid: GROUP, cwd: "/run/pi" });
    for (const stream of [started.stdout, started.stderr])
      createInterface(stream).on("line", (log) => tell({ log }));
    started.on("exit", (code, signal) => {
      if (signal === "SIGKILL") {
        child = run();
        return;
      }
      tell({ ended: code });
      bridge.close();
      control.end();
    });
    return started;
  }
  createInterface(control).on("line", (line) => {
    const words = JSON.parse(line) as ToGuest;
    if (words.busMode !== undefined) chmodSync(BUS, words.busMode);
    if (words.raw !== undefined) hat.raw[0] = words.raw;
    if (words.hatAt !== undefined) {
      bridge.chips.clear();
      if (words.hatAt !== null) bridge.chips.set(words.hatAt, hat);
    }
    if (words.pressed !== undefined) bridge.drive(BUTTON_PIN, words.pressed);
    if (words.network !== undefined) isReachable = words.network;
    if (words.network === false) for (const socket of relayed) socket.destroy();
    if (words.kill)
      void until("readings on the disk", isOutboxKept).then(() => child.kill("SIGKILL"));
    if (words.end) child.kill("SIGTERM");
  });
  control.on("close", () => process.exit());
}
