import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root";

/** Of the project, and so of the firmware, as its sources are now. */
export function sourceVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}

/** Of the server that runs. */
export const VERSION = sourceVersion();
