/** Prepares what every npm script needs: DeviceScript's own packages, configuration and board. */
import { loadConfig } from "../../server/setup/config";
import { command, readFlags } from "./command";
import { builtinsArePresent, restoreBuiltins } from "./firmware/builtins";
import { patchCli } from "./firmware/cli-patch";
import { chosenTarget, writeFirmwareConfig } from "./firmware/configure";

const USAGE = `Usage: npm run prepare:firmware

Prepares DeviceScript's own packages, and the sources made from the configuration.
`;

await command(() => {
  readFlags(USAGE, {});
  patchCli();
  if (!builtinsArePresent()) restoreBuiltins();
  writeFirmwareConfig(loadConfig(), chosenTarget());
});
