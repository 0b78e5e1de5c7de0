import { join } from "node:path";
import { ROOT } from "../../../server/base/root";

/** `boards/wio-terminal/` */
export const BOARD = join(ROOT, "boards/wio-terminal/");

/** The folder of all build output. git ignores the folder. */
export const OUTPUT = join(ROOT, ".devicescript/wio-terminal");
