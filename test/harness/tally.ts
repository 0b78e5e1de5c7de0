import type { Reporter, TestModule } from "vitest/node";

/** A reporter that ends the run's output with one machine-readable line. */
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
    // The line is printed on exit, because the other reporter prints its summary in the same turn
    // as this one.
    process.on("exit", (code) => {
      // If the set-up fails, the run fails although no test has failed.
      const failed = counts.failed || (code ? 1 : 0);
      console.log(
        `${counts.passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`,
      );
    });
  }
}
