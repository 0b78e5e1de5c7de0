/** `npm run setup:wio`: sets Wi-Fi, broker, id and user of a running Wio Terminal, through USB. */
import { printable } from "../../../server/base/log";
import { readText } from "../../../server/base/text";
import { UserError } from "../../../server/base/user-error";
import { DEFAULT_DIR } from "../../../server/setup/security-options";
import { parseSettings } from "../../../server/setup/settings";
import { withUpdateKey } from "../../../server/setup/update-keys";
import { SETTING_NAMES } from "../../../src/common/settings";
import { readKnownSettings, type SettingChanges } from "../../line/board-settings";
import { problemOf, setUpBoard } from "../../line/set-up";
import { findMistakes } from "../../line/setting-mistakes";
import { command, readFlags } from "../../tools/command";
import { openSerialLine } from "../../tools/usb/serial-line";
import { chooseWio, PLUG_IN } from "../../tools/usb/wio-port";
import { askForAll, askForPasswords } from "./setup-questions";

const USAGE = `Usage: npm run setup:wio [-- options]

Sets Wi-Fi, broker, id and user of a running Wio Terminal, by USB. Without options, it asks.

  --id ID           the device's id
  --broker URL      mqtt:// or mqtts://
  --user NAME       its user at the broker; asks for the password
  --wifi NAME       its network; asks for the password
  --from FILE       a file with settings, in the form of .env.local
  --port PORT       the serial port of the board
  --data DIR        the server's data folder                (.nightlight)
`;

await command(async () => {
  const flags = readFlags(USAGE, {
    port: { type: "string" },
    from: { type: "string" },
    id: { type: "string" },
    broker: { type: "string" },
    user: { type: "string" },
    wifi: { type: "string" },
    data: { type: "string" },
  });
  const { port: wanted, from, data, ...named } = flags;
  const isAsked = from === undefined && Object.keys(named).length === 0;
  if (isAsked && !process.stdin.isTTY)
    throw new UserError(
      "expected --id, --broker, --user, --wifi or --from FILE; in a terminal, the command asks",
    );
  let changes = { ...(from === undefined ? {} : readFile(from)), ...fromFlags(named) };
  check(changes, ["MQTT_PWD", "WIFI_PWD"]);
  if (!isAsked) changes = { ...changes, ...(await askForPasswords(named)) };
  check(changes);

  const port = await chooseWio(wanted, PLUG_IN);
  const { board, close } = await openSerialLine(port);
  try {
    console.log(`${port}: waiting for the board`);
    try {
      await board.open();
      if (isAsked) changes = await askForAll(await readKnownSettings(board));
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`${port}: ${problemOf(error)}`);
    }
    // A board that gets an id also gets the update key of that id.
    if (changes.ID) {
      const known = changes.UPDATE_KEY ? { UPDATE_KEY: changes.UPDATE_KEY } : {};
      changes = { ...changes, ...withUpdateKey(known, changes.ID, data ?? DEFAULT_DIR) };
    }
    const { isConnected, problem } = await setUpBoard(board, changes, ({ text }) =>
      console.log(printable(text)),
    );
    if (!isConnected) throw new UserError(printable(problem));
    console.log("The nightlight is connected.");
  } finally {
    await close();
  }
});

process.exit();

/** Reads all settings of a file. A setting that the file lacks is removed from the board. */
function readFile(path: string): SettingChanges {
  const settings = parseSettings(readText(path), path);
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, settings[name] ?? null]));
}

function fromFlags(flags: {
  id?: string;
  broker?: string;
  user?: string;
  wifi?: string;
}): SettingChanges {
  const { id, broker, user, wifi } = flags;
  return {
    ...(id !== undefined && { ID: id }),
    ...(broker !== undefined && { BROKER: broker }),
    // Without a user, MQTT allows no password [MQTT-3.1.2-22].
    ...(user !== undefined && { MQTT_USER: user === "" ? null : user, MQTT_PWD: null }),
    ...(wifi !== undefined && { WIFI_SSID: wifi, WIFI_PWD: null }),
  };
}

/** @throws UserError with the first mistake */
function check(changes: SettingChanges, later: readonly string[] = []): void {
  const [mistake] = findMistakes(changes).filter(({ setting }) => !later.includes(setting));
  if (mistake) throw new UserError(mistake.line);
}
