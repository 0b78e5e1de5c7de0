import { defineConfig } from "vitest/config";

/**
 * Tests with clusters of real brokers. They start slowly, so the normal test run leaves them out.
 */
export default defineConfig({
  test: {
    include: ["test/cluster/*.cluster.ts"],
    // Two workers disturb each other little, because the tests wait most of the time.
    maxWorkers: 2,
    reporters: ["default", "./test/harness/tally.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
