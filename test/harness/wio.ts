import { QEMU, WIO } from "../../boards/wio-terminal/build/compile";
import { linkImage } from "../../boards/wio-terminal/build/image";
import { buildSlice } from "../../boards/wio-terminal/emulator/chip/slice";
import { compilePrograms } from "../boards/wio-terminal/programs";

/** Builds once, before test files run in parallel: the runtime, and the programs that test it. */
export default async function setup(): Promise<void> {
  await linkImage(QEMU);
  await linkImage(WIO);
  await compilePrograms();
  await buildSlice();
}
