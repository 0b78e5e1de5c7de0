import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root";

/** Returns the version of the present sources, and so of the firmware compiled from them. */
export function sourceVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}

/** Version of the running server. */
export const VERSION = sourceVersion();
