import { defineConfig } from "vitest/config";
import { fastTests } from "./test/harness/fast.ts";
import { LongestFirst } from "./test/harness/longest-first.ts";
import { PURE } from "./test/harness/pure.ts";

const FAST = await fastTests();
/** The CLI's development server has fixed ports: one file after another. */
const ALONE = ["debugger", "devtools", "f5", "wio-terminal"].map(
  (name) => `test/debug/${name}.test.ts`,
);
/** It measures its process, so nothing of another test may be in it. */
const MEASURED = ["test/broker/fuzz.test.ts"];
/** Most of these tests wait most of the time. */
const TOGETHER = { maxWorkers: 4, sequence: { groupOrder: 1 } };
const FIRMWARE = ["test/harness/firmware.ts", "test/harness/wio.ts"];

export default defineConfig({
  test: {
    reporters: ["default", "./test/harness/tally.ts"],
    sequence: { sequencer: LongestFirst },
    // Only a hang reaches these: a test sets no limit of its own.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000 } },
    coverage: {
      // As one pattern: for each of several, all that is excluded is compiled again, for each file.
      include: [`{${PURE.join(",")}}`],
      reporter: ["text"],
      thresholds: { perFile: true, lines: 95 },
    },
    projects: [
      {
        extends: true,
        // They leave nothing behind, so that one process may run them one after another.
        test: { name: "fast", include: FAST, isolate: false, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: [...FAST, ...ALONE, ...MEASURED],
          globalSetup: FIRMWARE,
          // To load the server again for each file took a fifth of their time.
          isolate: false,
          ...TOGETHER,
        },
      },
      {
        extends: true,
        test: { name: "measured", include: MEASURED, ...TOGETHER },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: ALONE,
          exclude: FAST,
          globalSetup: FIRMWARE,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
