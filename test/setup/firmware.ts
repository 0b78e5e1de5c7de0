import { loadConfig } from "../../server/config";
import { compileFirmware } from "../../server/firmware/compile";
import { writeFirmwareConfig } from "../../server/firmware/configure";

/** Compiles once, before test files run side by side: the compiler has one output folder. */
export default async function setup(): Promise<void> {
  writeFirmwareConfig(loadConfig());
  await compileFirmware();
}
