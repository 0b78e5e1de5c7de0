import { expect, it } from "vitest";
import { Ring } from "../../server/deciding/ring";

it("keeps only the last items, oldest first, however many were added", () => {
  for (const capacity of [1, 3, 200]) {
    const ring = new Ring<number>(capacity);
    expect(ring.toArray()).toEqual([]);
    for (let i = 1; i <= 5 * capacity + 1; i++) {
      ring.push(i);
      const first = Math.max(1, i - capacity + 1);
      expect(ring.toArray()).toEqual(Array.from({ length: i - first + 1 }, (_, at) => first + at));
    }
  }
});
