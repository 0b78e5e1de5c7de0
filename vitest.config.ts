import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup/firmware.ts", "test/setup/wio.ts"],
    reporters: ["default", "./test/setup/tally.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
