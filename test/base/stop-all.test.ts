import { expect, it } from "vitest";
import { stopAll, type Stoppable } from "../../server/base/stop-all";

it("stops the parts one after another, and finally throws the first error", async () => {
  const stopped: string[] = [];
  const part = (name: string, error?: Error): Stoppable => ({
    stop: async () => {
      await Promise.resolve();
      stopped.push(name);
      if (error) throw error;
    },
  });
  const parts = [
    part("a"),
    part("b", new Error("first")),
    part("c", new Error("second")),
    part("d"),
  ];
  await expect(stopAll(parts)).rejects.toThrow("first");
  expect(stopped).toEqual(["a", "b", "c", "d"]);
  await stopAll([]);
});
