import { expect, it } from "vitest";
import { SharedPromise } from "../../server/base/shared-promise";

it("makes the value once for all callers", async () => {
  const once = new SharedPromise<number>();
  let made = 0;
  const make = () => Promise.resolve(++made);
  expect(await Promise.all([once.get(make), once.get(make)])).toEqual([1, 1]);
  expect(await once.get(make)).toBe(1);
});

it("tries again after a failure, once for all waiting callers", async () => {
  const once = new SharedPromise<string>();
  const fails = () => Promise.reject(new Error("full"));
  const failed = [once.get(fails), once.get(fails)];
  const results = await Promise.allSettled(failed);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  let made = 0;
  const make = () => Promise.resolve(`${++made}`);
  expect(await once.get(make)).toBe("1");
  expect(await once.get(make)).toBe("1");
});

it("keeps the next attempt if a waiter learns late of the failure before it", async () => {
  const once = new SharedPromise<string>();
  const first = once.get(() => Promise.reject(new Error("full")));
  const second = once.get(() => Promise.reject(new Error("not asked")));
  const next = first.catch(() => once.get(() => Promise.resolve("made")));
  await expect(second).rejects.toThrow("full");
  expect(await next).toBe("made");
  expect(await once.get(() => Promise.resolve("again"))).toBe("made");
});
