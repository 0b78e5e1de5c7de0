import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** `boards/wio-terminal/` */
export const BOARD = fileURLToPath(new URL("../", import.meta.url));
export const ROOT = join(BOARD, "../..");

/** All that the build makes; git ignores it. Another folder makes a build from nothing. */
export const OUTPUT = process.env.NIGHTLIGHT_WIO_OUTPUT ?? join(ROOT, ".devicescript/wio-terminal");
