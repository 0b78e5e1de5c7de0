import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root";

/** Of the project, and so of server and firmware. */
export const VERSION = (
  JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }
).version;
