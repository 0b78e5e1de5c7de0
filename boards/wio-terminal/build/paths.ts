import { join } from "node:path";
import { ROOT } from "../../../server/base/root";

/** `boards/wio-terminal/` */
export const BOARD = join(ROOT, "boards/wio-terminal/");

/** All that the build makes; git ignores it. */
export const OUTPUT = join(ROOT, ".devicescript/wio-terminal");
