/** `npm run wio:qemu`: the nightlight's board on this machine, for a person to play with. */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { readSettings } from "../../../server/setup/settings";
import { UserError } from "../../../server/base/user-error";
import { EmulatedBoard } from "../emulator/qemu-board";
import { QEMU } from "../build/compile";
import { linkImage } from "../build/image";
import { packNightlight } from "../build/program";
import { BuildError } from "../build/tools";

const HELP = `Type, and press Enter:
  light 0..1023          what the light sensor sees
  press a | b | c        a short press of a button
  wifi off | on          the network goes away, comes back
  coprocessor reset      the Wi-Fi chip restarts
  status                 how much memory was ever used
  quit`;

const PRESS_MS = 200;
const LIGHT_MAX = 1023;

function obey(board: EmulatedBoard, line: string): boolean {
  const [command, argument] = line.trim().split(/\s+/);
  switch (command) {
    case "light":
      board.setLight(Math.round((Number(argument) / LIGHT_MAX) * 65535));
      return true;
    case "press":
      if (argument !== "a" && argument !== "b" && argument !== "c") return false;
      board.setButton(argument, true);
      setTimeout(() => board.setButton(argument, false), PRESS_MS);
      return true;
    case "wifi":
      if (argument === "off") board.coprocessor.dropNetwork();
      else if (argument === "on") board.coprocessor.inRange = true;
      else return false;
      return true;
    case "coprocessor":
      if (argument !== "reset") return false;
      board.coprocessor.restart();
      return true;
    case "status":
      board.say("status");
      return true;
    case undefined:
    default:
      return false;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { id: { type: "string" }, broker: { type: "string" } } });
  // The emulated board lives in a network of its own, whose name and password it knows.
  const network = { ssid: "emulated", password: "nightlight" };
  const settings = {
    ...readSettings(),
    ...(values.id === undefined ? {} : { ID: values.id }),
    ...(values.broker === undefined ? {} : { BROKER: values.broker }),
    WIFI_SSID: network.ssid,
    WIFI_PWD: network.password,
  };
  console.log("Building ...");
  const packed = await packNightlight(settings);
  const { elf } = await linkImage(QEMU);
  let led = 0;
  const board = await EmulatedBoard.start({
    elf,
    packed,
    network,
    onLog: (line) => console.log(line),
    onLed: (brightness) => {
      if (brightness > 0 !== led > 0) console.log(`*** LED ${brightness > 0 ? "on" : "off"}`);
      led = brightness;
    },
  });
  console.log(HELP);
  board.setLight(32768);
  const input = createInterface({ input: process.stdin });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => input.close());
  for await (const line of input) {
    if (line.trim() === "quit") break;
    if (line.trim() && !obey(board, line)) console.log(HELP);
  }
  input.close();
  process.stdin.destroy(); // left open, it would keep the process alive
  await board.stop();
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BuildError || error instanceof UserError)) throw error;
  console.error(`wio:qemu: ${error.message}`);
  process.exitCode = 1;
}
