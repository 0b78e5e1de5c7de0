import { expect, it } from "vitest";
import { RetryTimer } from "../../src/retry-timer";

it("the wait doubles each time, up to an hour, and restarts after a success", () => {
  const timer = new RetryTimer(10_000, 1000);
  expect([timer.isOver(10_999), timer.isOver(11_000)]).toEqual([false, true]);
  timer.waitLonger(21_000);
  expect([timer.isOver(40_999), timer.isOver(41_000)]).toEqual([false, true]);
  for (let turn = 0; turn < 20; turn++) timer.waitLonger(50_000);
  expect([timer.isOver(3_649_999), timer.isOver(3_650_000)]).toEqual([false, true]);
  timer.reset(4_000_000, 300_000);
  expect([timer.isOver(4_299_999), timer.isOver(4_300_000)]).toEqual([false, true]);
});
