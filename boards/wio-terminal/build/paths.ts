import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** `boards/wio-terminal/` */
export const BOARD = fileURLToPath(new URL("../", import.meta.url));
export const ROOT = join(BOARD, "../..");

/** All that the build makes; git ignores it. */
export const OUTPUT = join(ROOT, ".devicescript/wio-terminal");
