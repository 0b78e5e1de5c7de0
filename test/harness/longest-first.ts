import { existsSync } from "node:fs";
import { join } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { ROOT } from "../../server/base/root";

/**
 * Test files that are small but take the longest. Without data from an earlier run, vitest begins
 * with the largest files. If one of these small files ran last, one processor would be busy with it
 * while the others are idle.
 */
const LONGEST = [
  "boards/wio-terminal/emulator/uptime",
  "deciding/killed",
  "boards/wio-terminal/faults-connecting",
  "deciding/twins",
  "base/shutdown",
].map((name) => `test/${name}.test.ts`);
for (const file of LONGEST)
  if (!existsSync(join(ROOT, file))) throw new Error(`longest-first.ts: there is no ${file}`);

/** Starts the files of `LONGEST` first, then all others in vitest's own order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      LONGEST.some((file) => moduleId.endsWith(`/${file}`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
