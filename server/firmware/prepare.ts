/** What every npm script needs first: DeviceScript's own packages, configuration and board. */
import { loadConfig } from "../config";
import { builtinsArePresent, restoreBuiltins } from "./builtins";
import { command } from "./command";
import { chosenBoard, writeFirmwareConfig } from "./configure";

await command(() => {
  if (!builtinsArePresent()) restoreBuiltins();
  writeFirmwareConfig(loadConfig(), chosenBoard());
});
