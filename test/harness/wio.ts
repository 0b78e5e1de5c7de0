import { QEMU, WIO } from "../../boards/wio-terminal/build/compile";
import { linkImage } from "../../boards/wio-terminal/build/image";
import { buildSlice } from "../../boards/wio-terminal/emulator/chip/slice";
import { compilePrograms } from "../boards/wio-terminal/programs";

/** Builds the runtime, and the programs that test it, once before test files run in parallel. */
export default async function setup(): Promise<void> {
  await linkImage(QEMU);
  await linkImage(WIO);
  await compilePrograms();
  await buildSlice();
}
