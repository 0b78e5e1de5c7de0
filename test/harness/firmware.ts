import { compileFirmware } from "../../boards/tools/firmware/compile";
import { writeFirmwareConfig } from "../../boards/tools/firmware/configure";
import { loadConfig } from "../../server/setup/config";
import { PROGRAM } from "../support/mqtt-device";

/** Compiles once, before test files run in parallel: the compiler has one output folder. */
export default async function setup(): Promise<void> {
  writeFirmwareConfig(loadConfig());
  await compileFirmware();
  await compileFirmware(PROGRAM);
}
