import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../server/base/root";

/** Reads JSON with comments on separate lines, as VS Code does. */
export function readVsCodeFile(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8").replace(/^\s*\/\/.*$/gm, ""));
}
