import { expect, it } from "vitest";
import { type Period, uptime } from "./uptime";

/** A collection may come a little earlier or later in one minute than in another. */
const PROGRAM_SPREAD_BYTES = 2048;

it("needs no more memory after five minutes than after two", async () => {
  const periods: Period[] = [];
  for await (const period of uptime(300, 60)) periods.push(period);
  const [first, last] = [periods[0], periods.at(-1)] as [Period, Period];
  expect(last.memory.heapBytes).toBe(first.memory.heapBytes);
  expect(last.programBytes).toBeLessThan(first.programBytes + PROGRAM_SPREAD_BYTES);
  expect(last.readings).toBeGreaterThan(2 * first.readings);
  expect(last).toMatchObject({ lost: 0, resets: 1, sockets: 1 });
  expect(last.ledChanges).toBeGreaterThanOrEqual(2);
});
