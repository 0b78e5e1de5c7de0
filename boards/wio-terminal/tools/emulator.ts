/** `npm run wio:emulator`: the image for the Wio Terminal on an emulated chip, with a page. */
import { parseArgs } from "node:util";
import { readSettings } from "../../../server/setup/settings";
import { UserError } from "../../../server/base/user-error";
import { FlashedBoard } from "../emulator/emulated-board";
import { BuildError } from "../build/tools";
import { buildSlice } from "../emulator/chip/slice";
import { serveBoard } from "../emulator/page-server";

const PORT_MAX = 65535;
const HALF_LIGHT = 32768;

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > PORT_MAX)
    throw new UserError(`--port ${text}: not a number from 0 to ${PORT_MAX}`);
  return port;
}

function readOptions(): { id?: string; broker?: string; port: number } {
  try {
    const { values } = parseArgs({
      options: {
        id: { type: "string" },
        broker: { type: "string" },
        port: { type: "string", default: "0" },
      },
    });
    return { ...values, port: readPort(values.port) };
  } catch (error) {
    if (error instanceof TypeError) throw new UserError(error.message);
    throw error;
  }
}

async function main(): Promise<void> {
  const options = readOptions();
  const settings = readSettings();
  console.log("Building ...");
  await buildSlice();
  const board = await FlashedBoard.start({
    id: options.id ?? settings.ID ?? "wio-terminal",
    broker: options.broker ?? settings.BROKER ?? "mqtt://127.0.0.1:1883",
    prepare: (wio) => {
      wio.light = HALF_LIGHT;
      wio.onLog = (line) => console.log(line);
    },
    onFailure: (error) => console.error(`wio:emulator: the emulation ended: ${error.message}`),
  });
  const served = await serveBoard(board, options.port).catch(async (error: unknown) => {
    await board.stop();
    throw error;
  });
  console.log(`The emulated Wio Terminal: ${served.url}`);
  const ended = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, resolve);
  });
  await ended;
  await served.stop();
  await board.stop();
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BuildError || error instanceof UserError)) throw error;
  console.error(`wio:emulator: ${error.message}`);
  process.exitCode = 1;
}
