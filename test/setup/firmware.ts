import { loadConfig } from "../../server/config";
import { compileFirmware } from "../../server/firmware/compile";
import { PROGRAM } from "../support/mqtt-device";
import { writeFirmwareConfig } from "../../server/firmware/configure";

/** Compiles once, before test files run side by side: the compiler has one output folder. */
export default async function setup(): Promise<void> {
  writeFirmwareConfig(loadConfig());
  await compileFirmware();
  await compileFirmware(PROGRAM);
}
