/**
 * `npm run wio:emulator`: runs the Wio Terminal's image, or a third-party image, on an emulated
 * chip with a page.
 */
import { basename } from "node:path";
import { onShutdownRequest } from "../../../server/base/shutdown";
import { readBytes } from "../../../server/base/text";
import { readBrokerUrl } from "../../../server/setup/broker-url";
import { readSettings } from "../../../server/setup/settings";
import { portNumber } from "../../../server/setup/whole-number";
import { presetBroker } from "../../../src/common/broker-address";
import { command, readFlags } from "../../tools/command";
import { EmulatedBoard, serveBoard, writeBootloader, writeImage } from "../emulator/index";

const HALF_LIGHT = 32768;

const USAGE = `Usage: npm run wio:emulator [-- options]

Runs the Wio Terminal's image on an emulated chip, with a page.

  --id ID           the device's id                         (.env.local: ID)
  --broker URL      mqtt:// or mqtts://                     (.env.local: BROKER)
  --port PORT       port of the page                        (any)
  --image FILE      this .uf2 or .bin file, unchanged
  --bootloader FILE a bootloader that starts first
`;

async function main(): Promise<void> {
  const options = readFlags(USAGE, {
    id: { type: "string" },
    broker: { type: "string" },
    port: { type: "string" },
    image: { type: "string" },
    bootloader: { type: "string" },
  });
  const port = portNumber("--port", options.port, 0);
  const { image, bootloader } = options;
  const board =
    image === undefined && bootloader === undefined
      ? await nightlight(options.id, options.broker)
      : await others(image, bootloader);
  const served = await serveBoard(board, port).catch(async (error: unknown) => {
    await board.stop();
    throw error;
  });
  // The handler is set before the address is printed: a program that reads the address may end this
  // one at once.
  const ended = new Promise<void>(onShutdownRequest);
  console.log(`The emulated Wio Terminal: ${served.url}`);
  await ended;
  await served.stop();
  await board.stop();
}

const onWarning = (text: string): void => console.log(`nightlight: warning: ${text}`);

const common = {
  // A misuse of the chip is only a warning, which serves a user better than the end of the
  // emulation.
  chip: { onWarning },
  prepare: (wio: EmulatedBoard["wio"]): void => {
    wio.light = HALF_LIGHT;
    wio.onLog = (line) => console.log(line);
    wio.coprocessor.onUnknownCall = (service, call) =>
      onWarning(`the coprocessor's model has no function ${call} of service ${service}: no answer`);
  },
  onFailure: (error: Error): void =>
    console.error(`nightlight: the emulation ended: ${error.message}`),
};

async function nightlight(id?: string, address?: string): Promise<EmulatedBoard> {
  const settings = readSettings();
  const broker = address ?? settings.BROKER ?? presetBroker("embedded");
  console.log("Building ...");
  return await EmulatedBoard.start({
    ...common,
    id: id ?? settings.ID ?? "wio-terminal",
    broker: readBrokerUrl("--broker", broker, "device"),
  });
}

async function others(image?: string, bootloader?: string): Promise<EmulatedBoard> {
  const files = [bootloader, image].map((path) =>
    path === undefined ? undefined : { name: basename(path), bytes: readBytes(path) },
  );
  return await EmulatedBoard.empty(common, (nvm) => {
    const [first, second] = files;
    if (first) writeBootloader(first, nvm);
    if (second) writeImage(second, nvm, onWarning);
  });
}

await command(main);
