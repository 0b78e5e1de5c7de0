/** What every npm script needs first: DeviceScript's own packages, and the configuration. */
import { loadConfig } from "../config";
import { UserError } from "../user-error";
import { builtinsArePresent, restoreBuiltins } from "./builtins";
import { writeFirmwareConfig } from "./configure";

try {
  if (!builtinsArePresent()) restoreBuiltins();
  writeFirmwareConfig(loadConfig());
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`nightlight: ${error.message}`);
  process.exitCode = 1;
}
