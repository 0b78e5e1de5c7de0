import { expect, it } from "vitest";
import { faultsOf, type Period, uptime } from "./uptime";

it("needs no more memory after five minutes than after two", async () => {
  const periods: Period[] = [];
  for await (const period of uptime({ chipSeconds: 300, periodSeconds: 60 })) periods.push(period);
  const [first, last] = [periods[0], periods.at(-1)] as [Period, Period];
  expect(faultsOf(first, last)).toEqual([]);
  expect(last.came).toBeGreaterThan(2 * first.came);
  expect(last.sockets).toBe(1);
  expect(last.ledChanges).toBeGreaterThanOrEqual(2);
});
