import { beforeEach, describe, expect, it } from "vitest";
import { FailureLimiter } from "../../server/base/failure-limiter";

describe("the limiter of failed logins", () => {
  let nowMs = 0;
  let limiter = new FailureLimiter(3, () => nowMs);
  beforeEach(() => {
    nowMs = 1_000;
    limiter = new FailureLimiter(3, () => nowMs);
  });
  const fail = (address: string, times: number) => {
    for (let i = 0; i < times; i++) limiter.fail(address);
  };

  it("locks out an address after too many failures, and no other address", () => {
    fail("a", 2);
    expect(limiter.isLockedOut("a")).toBe(false);
    fail("a", 1);
    expect([limiter.isLockedOut("a"), limiter.isLockedOut("b")]).toEqual([true, false]);
  });

  it("lets the address try again a minute after its first failure", () => {
    fail("a", 3);
    nowMs += 59_999;
    expect(limiter.isLockedOut("a")).toBe(true);
    nowMs += 1;
    expect(limiter.isLockedOut("a")).toBe(false);
    fail("a", 2);
    expect(limiter.isLockedOut("a")).toBe(false);
  });

  it("forgets the oldest address when there are too many, but keeps the others", () => {
    fail("first", 3);
    fail("second", 3);
    for (let i = 0; i < 9_999; i++) limiter.fail(`10.0.${i >> 8}.${i & 255}`);
    expect([limiter.isLockedOut("first"), limiter.isLockedOut("second")]).toEqual([false, true]);
  });
});
