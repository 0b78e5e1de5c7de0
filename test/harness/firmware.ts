import { compileFirmware } from "../../boards/tools/firmware/compile";
import { writeFirmwareConfig } from "../../boards/tools/firmware/configure";
import { loadConfig } from "../../server/setup/config";
import { PROGRAM } from "../support/mqtt-device";

/**
 * Compiles the firmware once before test files run in parallel, because the compiler has only one
 * output folder.
 */
export default async function setup(): Promise<void> {
  writeFirmwareConfig(loadConfig());
  await compileFirmware();
  await compileFirmware(PROGRAM);
}
