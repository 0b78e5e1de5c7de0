/**
 * `npm run flash -- --board NAME [--parts PART,...]`: makes a bare board a nightlight, step by
 * step.
 */
import { printable } from "../../server/base/log";
import { UserError } from "../../server/base/user-error";
import { waitFor } from "../../server/base/wait-for";
import { loadConfig } from "../../server/setup/config";
import { DEFAULT_DIR } from "../../server/setup/security-options";
import { readSettings } from "../../server/setup/settings";
import { withUpdateKey } from "../../server/setup/update-keys";
import { SETTING_NAMES } from "../../src/common/settings";
import { BOARDS } from "../boards";
import { showsConnection } from "../log-lines";
import { targetText } from "../parts";
import { command, readFlags, requireTarget, TARGET_HELP, TARGET_OPTIONS } from "./command";
import { compileFirmware } from "./firmware/compile";
import { writeFirmwareConfig } from "./firmware/configure";
import { checkForBoard } from "./firmware/device-settings";
import { requireEsptool } from "./firmware/esptool";
import { installRuntime } from "./firmware/runtime";
import { CONNECTED_MS, deployProgram } from "./usb/deploy";
import { askTerminal, choosePort, listed, listPorts } from "./usb/serial-port";

/** How long a board may take to restart after flashing, until USB finds the board again. */
const RESTART_MS = 60_000;

const say = (text: string) => console.log(text);

const USAGE = `Usage: npm run flash -- --board NAME [options]

Makes a bare board a nightlight, by USB: docs/first-board.md.

${TARGET_HELP}
  --port PORT       the serial port of the board
  --runtime         flashes the runtime even if the board has one
  --esptool COMMAND the program that flashes the runtime
  --data DIR        the server's data folder                (.nightlight)
`;

await command(async () => {
  const flags = readFlags(USAGE, {
    ...TARGET_OPTIONS,
    port: { type: "string" },
    runtime: { type: "boolean" },
    esptool: { type: "string" },
    data: { type: "string" },
  });
  const target = requireTarget(flags);
  const { name } = target;
  const board = BOARDS[name];

  // esptool is needed even if this board has a runtime, because the next board may have none.
  if (board.family !== "rp2040w" && flags.esptool === undefined) requireEsptool();

  say("1. Settings: .env.local, and devicescript.json for missing ones");
  const config = loadConfig();
  const set = readSettings();
  const settings = withUpdateKey(set, set.ID ?? config.id, flags.data ?? DEFAULT_DIR);
  for (const warning of checkForBoard(board, settings, config)) say(`   Warning: ${warning}`);
  const sent = SETTING_NAMES.filter((setting) => settings[setting] !== undefined);
  say(`   Sending ${sent.join(", ")}; the device's id is ${settings.ID ?? config.id}`);

  say(`2. Port: looking for ${board.title}`);
  const findPort = async () => await choosePort(flags.port, await listPorts(), askTerminal);
  let port = await findPort();
  if (port === undefined && board.family !== "rp2040w")
    throw new UserError(
      `no board found: there ${listed(await listPorts())}; plug it in with a cable that carries data, or ${board.bootLoader}`,
    );
  say(port === undefined ? "   No serial port yet" : `   ${port}`);

  say(`3. Program: src/main.ts, compiled for ${targetText(target)}`);
  writeFirmwareConfig(config, target);
  const bytecode = await compileFirmware("src/main.ts");
  say(`   ${bytecode.length} bytes`);

  const heard = { connected: false };
  const deployment = {
    bytecode,
    settings,
    onStep: (text: string) => say(`5. ${text}`),
    onLog: (line: string) => {
      // "> " marks the program's own lines, "! " its errors. Of the other lines, only Wi-Fi
      // matters.
      const said = /^(?:DM \(\d+\): ?)?\s*((?:[>!*]|wifi:) .*)/.exec(line)?.[1];
      if (said === undefined) return;
      say(`   ${printable(said)}`);
      heard.connected ||= showsConnection(said);
    },
  };
  const deploy = async () =>
    port !== undefined &&
    (await deployProgram(port, deployment, async () => {
      say("   The program is running; waiting for its connection");
      await waitFor(() => heard.connected, CONNECTED_MS);
    }));

  say("4. Runtime: DeviceScript's own firmware, which runs the program");
  if (flags.runtime || !(await deploy())) {
    say("   Not on the board yet: installing it");
    await installRuntime(board, port, flags.esptool);
    say("   Waiting for the board to restart");
    const deployed = await waitFor(async () => {
      port = await findPort();
      return await deploy();
    }, RESTART_MS);
    if (!deployed)
      throw new UserError("the board does not answer: press its reset button, then run this again");
  }
  if (heard.connected) say("The nightlight is connected.");
  else
    say("The board has program and settings, but is not connected yet: see docs/first-board.md.");
});
