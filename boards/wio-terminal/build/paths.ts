import { join } from "node:path";
import { ROOT } from "../../../server/base/root";

/** `boards/wio-terminal/` */
export const WIO_FOLDER = join(ROOT, "boards/wio-terminal/");

/** The folder of all build output. git ignores the folder. */
export const BUILD_FOLDER = join(ROOT, ".devicescript/wio-terminal");
