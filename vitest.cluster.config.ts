import { defineConfig } from "vitest/config";

/** A cluster of real brokers takes its time to start: not for every run of the tests. */
export default defineConfig({
  test: {
    include: ["test/cluster/*.cluster.ts"],
    // They wait most of the time.
    maxWorkers: 2,
    reporters: ["default", "./test/harness/tally.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
