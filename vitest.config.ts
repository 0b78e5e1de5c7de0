import { defineConfig } from "vitest/config";
import { fastTests } from "./test/harness/fast.ts";
import { LongestFirst } from "./test/harness/longest-first.ts";
import { PURE } from "./test/harness/pure.ts";

const FAST = await fastTests();
/** Test files that run one after another, because the CLI's development server has fixed ports. */
const ALONE = ["debugger", "devtools", "f5", "wio-terminal"].map(
  (name) => `test/debug/${name}.test.ts`,
);
/**
 * Test files that measure the memory of their own process, so no other test may run in that
 * process.
 */
const MEASURED = ["test/broker/fuzz.test.ts"];
/**
 * Options of the tests that run together. There may be many workers, because most of these tests
 * wait most of the time.
 */
const TOGETHER = { maxWorkers: 4, sequence: { groupOrder: 1 } };
const FIRMWARE = ["test/harness/firmware.ts", "test/harness/wio.ts"];

export default defineConfig({
  test: {
    reporters: ["default", "./test/harness/tally.ts"],
    sequence: { sequencer: LongestFirst },
    // A test reaches these limits only if it hangs, because no test sets a limit of its own.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000 } },
    coverage: {
      // A single pattern: with several patterns, vitest compiles all excluded files again for each
      // of them.
      include: [`{${PURE.join(",")}}`],
      reporter: ["text"],
      thresholds: { perFile: true, lines: 95 },
    },
    projects: [
      {
        extends: true,
        // These tests leave nothing behind, so one process can run them one after another.
        test: { name: "fast", include: FAST, isolate: false, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: [...FAST, ...ALONE, ...MEASURED],
          globalSetup: FIRMWARE,
          // Isolation is off, because loading the server again for each file took a fifth of the
          // time.
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
