/** What every npm script needs first: DeviceScript's own packages, configuration and board. */
import { loadConfig } from "../../server/setup/config";
import { command } from "./command";
import { builtinsArePresent, restoreBuiltins } from "./firmware/builtins";
import { patchCli } from "./firmware/cli-patch";
import { chosenTarget, writeFirmwareConfig } from "./firmware/configure";

await command(() => {
  patchCli();
  if (!builtinsArePresent()) restoreBuiltins();
  writeFirmwareConfig(loadConfig(), chosenTarget());
});
