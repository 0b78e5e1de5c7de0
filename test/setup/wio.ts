import { QEMU } from "../../boards/wio-terminal/build/compile";
import { linkImage } from "../../boards/wio-terminal/build/image";
import { compileFirmware } from "../../server/firmware/compile";
import { PROGRAMS } from "../wio/programs";

/** Builds once, before test files run side by side: the runtime, and what it is tested with. */
export default async function setup(): Promise<void> {
  await linkImage(QEMU);
  for (const program of PROGRAMS) await compileFirmware(program);
}
