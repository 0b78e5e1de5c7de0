/**
 * `npm run deploy:wio`: sends program and settings to a Wio Terminal with this project's runtime,
 * by USB.
 */
import { printable } from "../../server/base/log";
import { UserError } from "../../server/base/user-error";
import { waitFor } from "../../server/base/wait-for";
import { loadConfig } from "../../server/setup/config";
import { DEFAULT_DIR } from "../../server/setup/security-options";
import { readSettings } from "../../server/setup/settings";
import { withUpdateKey } from "../../server/setup/update-keys";
import { SETTING_NAMES } from "../../src/common/settings";
import { showsConnection } from "../log-lines";
import { command, readFlags } from "./command";
import { compileFirmware } from "./firmware/compile";
import { writeFirmwareConfig } from "./firmware/configure";
import { checkForBoard, WIO_TERMINAL } from "./firmware/device-settings";
import { CONNECTED_MS, deployProgram } from "./usb/deploy";
import { chooseWio, PLUG_IN } from "./usb/wio-port";

/**
 * How long the board may take to answer. It has a runtime, but an emulated board on a busy computer
 * is slow.
 */
const ANSWER_MS = 60_000;

const USAGE = `Usage: npm run deploy:wio [-- options]

Sends program and settings to a Wio Terminal with the runtime, by USB.

  --port PORT       the serial port of the board
  --data DIR        the server's data folder                (.nightlight)
`;

await command(async () => {
  const flags = readFlags(USAGE, { port: { type: "string" }, data: { type: "string" } });
  const config = loadConfig();
  const set = readSettings();
  const settings = withUpdateKey(set, set.ID ?? config.id, flags.data ?? DEFAULT_DIR);
  for (const warning of checkForBoard(WIO_TERMINAL, settings, config))
    console.log(`Warning: ${warning}`);
  const port = await chooseWio(flags.port, PLUG_IN);
  writeFirmwareConfig(config);
  const bytecode = await compileFirmware("src/main.ts");
  const sent = SETTING_NAMES.filter((name) => settings[name] !== undefined);
  console.log(`${port}: sending ${bytecode.length} bytes of program, and ${sent.join(", ")}`);

  const heard = { connected: false };
  const deployment = {
    bytecode,
    settings,
    onStep: (text: string) => console.log(text),
    onLog: (line: string) => {
      console.log(`  ${printable(line)}`);
      heard.connected ||= showsConnection(line);
    },
  };
  const connected = async () => {
    await waitFor(() => heard.connected, CONNECTED_MS);
  };
  const isDeployed = await deployProgram(port, deployment, connected, ANSWER_MS);
  if (!isDeployed)
    throw new UserError(
      `${port}: no DeviceScript runtime answers: flash boards/wio-terminal's image first`,
    );
  if (heard.connected) console.log("The nightlight is connected.");
  else console.log("The board has program and settings, but is not connected yet.");
});
