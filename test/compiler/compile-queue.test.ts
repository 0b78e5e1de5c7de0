import { describe, expect, it } from "vitest";
import { CompileQueue } from "../../server/compiler/compile-queue";

/** Returns work that ends when the test calls `end`. */
function work(): { run: () => Promise<string>; end: (error?: Error) => void; hasBegun: boolean } {
  let end: (error?: Error) => void = () => undefined;
  const done = new Promise<string>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve("done"));
  });
  const one = {
    hasBegun: false,
    end,
    run: () => {
      one.hasBegun = true;
      return done;
    },
  };
  return one;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("the queue before the compiler", () => {
  it("runs a few at a time, and the others in order", async () => {
    const queue = new CompileQueue(2, 10);
    const all = [work(), work(), work(), work()];
    const results = all.map(({ run }, i) => queue.run(`tab-${i}`, run));
    await settle();
    expect(all.map(({ hasBegun }) => hasBegun)).toEqual([true, true, false, false]);
    all[1]?.end();
    await settle();
    expect(all.map(({ hasBegun }) => hasBegun)).toEqual([true, true, true, false]);
    for (const { end } of all) end();
    expect(await Promise.all(results)).toEqual(["done", "done", "done", "done"]);
  });

  it("refuses a device whose program is still being compiled", async () => {
    const queue = new CompileQueue(1, 10);
    const [first, second] = [work(), work()];
    const running = queue.run("tab-1", first.run);
    expect(queue.busyReason("tab-1")).toBe("device");
    expect(queue.busyReason("tab-2")).toBeUndefined();
    const waiting = queue.run("tab-2", second.run);
    expect(queue.busyReason("tab-2")).toBe("device");
    first.end(new Error("it failed"));
    await expect(running).rejects.toThrow("it failed");
    expect(queue.busyReason("tab-1")).toBeUndefined();
    await settle();
    expect(second.hasBegun).toBe(true);
    second.end();
    await waiting;
  });

  it("refuses all requests if too many are waiting", async () => {
    const queue = new CompileQueue(1, 1);
    const [first, second] = [work(), work()];
    const results = [queue.run("tab-1", first.run), queue.run("tab-2", second.run)];
    expect(queue.busyReason("tab-3")).toBe("all");
    first.end();
    second.end();
    await Promise.all(results);
    expect(queue.busyReason("tab-3")).toBeUndefined();
  });
});
