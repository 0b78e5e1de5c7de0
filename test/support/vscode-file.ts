import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../server/base/root";

/** JSON with comments on lines of their own, as VS Code reads it. */
export function readVsCodeFile(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8").replace(/^\s*\/\/.*$/gm, ""));
}
