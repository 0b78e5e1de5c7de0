/**
 * Part of `npm run lint`: checks the C's layout and structure. `npm run format` passes `--write`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "@wasm-fmt/clang-format";
import { ROOT } from "../../../server/base/root";
import { findProblems, readSources } from "../build/c-modules";

const write = process.argv.includes("--write");
const style = readFileSync(join(ROOT, ".clang-format"), "utf8");
const files = ["boards", "test"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[ch]$/.test(name))
    .sort()
    .map((name) => join(folder, name)),
);

const misformatted = files.filter((file) => {
  const path = join(ROOT, file);
  const text = readFileSync(path, "utf8");
  const formatted = format(text, file, style);
  if (formatted === text) return false;
  if (write) writeFileSync(path, formatted);
  return true;
});

for (const file of misformatted) console.log(write ? file : `${file}: not formatted`);
if (misformatted.length > 0 && !write) {
  console.error("Format the C with: npm run format");
  process.exitCode = 1;
}

if (!write) {
  const problems = findProblems(readSources());
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
