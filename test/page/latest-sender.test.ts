import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LatestSender } from "../../server/page/latest-sender";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("sends the first value immediately, then the newest after each gap, and the last", async () => {
  const sent: number[] = [];
  const sender = new LatestSender<number>((value) => {
    sent.push(value);
    return Promise.resolve();
  }, 100);
  for (let value = 1; value <= 25; value++) {
    sender.push(value);
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(sent).toEqual([1, 10, 20]);
  await vi.advanceTimersByTimeAsync(100);
  expect(sent).toEqual([1, 10, 20, 25]);
  await vi.advanceTimersByTimeAsync(100);
  expect(sender.busy).toBe(false);
});

it("never has two requests in flight, and continues after a failed one", async () => {
  const sent: number[] = [];
  const sender = new LatestSender<number>(async (value) => {
    sent.push(value);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    throw new Error("no answer");
  }, 100);
  sender.push(1);
  sender.push(2);
  sender.push(3);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(sent).toEqual([1]);
  await vi.advanceTimersByTimeAsync(200);
  expect(sent).toEqual([1, 3]);
});
