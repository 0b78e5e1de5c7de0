import { join } from "node:path";
import { ROOT } from "../../../server/base/root";

/** `boards/wio-terminal/` */
export const BOARD = join(ROOT, "boards/wio-terminal/");

/** All that the build makes; git ignores it. Another folder makes a build from nothing. */
export const OUTPUT = process.env.NIGHTLIGHT_WIO_OUTPUT ?? join(ROOT, ".devicescript/wio-terminal");
