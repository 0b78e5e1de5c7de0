import type { Reporter, TestModule } from "vitest/node";

/** Ends the run's output with one machine-readable line. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) counts[test.result().state]++;
      // A file that can't be loaded, or a failed hook, counts as a failure without a test.
      if (module.state() === "failed" && !tests.some((test) => test.result().state === "failed"))
        counts.failed++;
    }
    const skipped = counts.skipped + counts.pending;
    // Printed on exit, after the summary of the other reporter, which ends in the same turn.
    process.on("exit", (code) => {
      // A failed set-up fails the run without a test.
      const failed = counts.failed || (code ? 1 : 0);
      console.log(
        `${counts.passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`,
      );
    });
  }
}
