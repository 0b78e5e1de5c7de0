import { expect, it } from "vitest";
import { Patience } from "../../src/patience";

it("the wait doubles each time, up to an hour, and restarts after a success", () => {
  const patience = new Patience(10_000, 1000);
  expect([patience.isOver(10_999), patience.isOver(11_000)]).toEqual([false, true]);
  patience.waitLonger(21_000);
  expect([patience.isOver(40_999), patience.isOver(41_000)]).toEqual([false, true]);
  for (let turn = 0; turn < 20; turn++) patience.waitLonger(50_000);
  expect([patience.isOver(3_649_999), patience.isOver(3_650_000)]).toEqual([false, true]);
  patience.rest(4_000_000, 300_000);
  expect([patience.isOver(4_299_999), patience.isOver(4_300_000)]).toEqual([false, true]);
});
