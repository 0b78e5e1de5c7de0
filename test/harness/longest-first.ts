import { existsSync } from "node:fs";
import { join } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const ROOT = join(import.meta.dirname, "../..");

/**
 * Without a run before to learn from, vitest begins with the largest files. These are small, and
 * take longest: if one of them came last, it would keep one processor busy, and the other idle.
 */
const LONGEST = [
  "boards/wio-terminal/emulator/uptime",
  "deciding/killed",
  "boards/wio-terminal/faults-connecting",
  "device/discard",
  "deciding/twins",
  "base/ending",
].map((name) => `test/${name}.test.ts`);
for (const file of LONGEST)
  if (!existsSync(join(ROOT, file))) throw new Error(`longest-first.ts: there is no ${file}`);

/** The order in which test files begin. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      LONGEST.some((file) => moduleId.endsWith(`/${file}`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
