import { defineConfig } from "vitest/config";

/** The CLI's development server has fixed ports: one file after another. */
const ALONE = ["test/debug/*.test.ts"];

export default defineConfig({
  test: {
    globalSetup: ["test/harness/firmware.ts", "test/harness/wio.ts"],
    reporters: ["default", "./test/harness/tally.ts"],
    // Only a hang reaches these: a test sets no limit of its own.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: ALONE,
          // Most of them wait most of the time.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "alone", include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
