import { describe, expect, it } from "vitest";
import { IdConflicts } from "../../server/broker/id-conflicts";

const MINUTE_MS = 60_000;

describe("two clients with one client id", () => {
  it("are logged at the third takeover within half a minute, and again after ten minutes", () => {
    const conflicts = new IdConflicts();
    const told = [0, 8_000, 16_000, 24_000, 10 * MINUTE_MS].map((nowMs) =>
      conflicts.replaced("lamp", nowMs),
    );
    expect(told).toEqual([false, false, true, false, false]);
    const later = [1, 2, 3].map((i) => conflicts.replaced("lamp", 11 * MINUTE_MS + i));
    expect(later).toEqual([false, false, true]);
  });

  it("are not logged if one reconnects now and then, or if their ids differ", () => {
    const conflicts = new IdConflicts();
    const slow = Array.from({ length: 20 }, (_, i) => conflicts.replaced("lamp", i * 16_000));
    expect(slow).not.toContain(true);
    const many = Array.from({ length: 5_000 }, (_, i) => conflicts.replaced(`lamp-${i}`, i));
    expect(many).not.toContain(true);
  });
});
