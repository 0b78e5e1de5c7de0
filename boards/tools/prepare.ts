/** What every npm script needs first: DeviceScript's own packages, configuration and board. */
import { loadConfig } from "../../server/setup/config";
import { command } from "./command";
import { builtinsArePresent, restoreBuiltins } from "./firmware/builtins";
import { chosenBoard, writeFirmwareConfig } from "./firmware/configure";

await command(() => {
  if (!builtinsArePresent()) restoreBuiltins();
  writeFirmwareConfig(loadConfig(), chosenBoard());
});
