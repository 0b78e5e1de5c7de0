/** `npm run wio:emulator`: the image for the Wio Terminal on an emulated chip, with a page. */
import { onEndRequest } from "../../../server/base/ending";
import { readBrokerUrl } from "../../../server/setup/broker-url";
import { readSettings } from "../../../server/setup/settings";
import { portNumber } from "../../../server/setup/whole-number";
import { command, readFlags } from "../../tools/command";
import { EmulatedBoard, serveBoard } from "../emulator/index";

const HALF_LIGHT = 32768;

async function main(): Promise<void> {
  const options = readFlags({
    id: { type: "string" },
    broker: { type: "string" },
    port: { type: "string" },
  });
  const port = portNumber("--port", options.port, 0);
  const settings = readSettings();
  const broker = options.broker ?? settings.BROKER ?? "mqtt://127.0.0.1:1883";
  console.log("Building ...");
  const board = await EmulatedBoard.start({
    id: options.id ?? settings.ID ?? "wio-terminal",
    broker: readBrokerUrl("--broker", broker, "device"),
    prepare: (wio) => {
      wio.light = HALF_LIGHT;
      wio.onLog = (line) => console.log(line);
    },
    onFailure: (error) => console.error(`nightlight: the emulation ended: ${error.message}`),
  });
  const served = await serveBoard(board, port).catch(async (error: unknown) => {
    await board.stop();
    throw error;
  });
  console.log(`The emulated Wio Terminal: ${served.url}`);
  await new Promise<void>(onEndRequest);
  await served.stop();
  await board.stop();
}

await command(main);
