import { expect, it } from "vitest";
import { type Arrival, Arrivals } from "./arrivals";

function verdict(arrivals: readonly Arrival[], capacity = 8) {
  const all = new Arrivals(capacity);
  for (const arrival of arrivals) all.came(arrival);
  return all.verdict();
}

/** A reading taken at second `seq`. It arrives immediately, or at second `cameS`. */
function reading(seq: number, cameS = seq): Arrival {
  return { seq, takenMs: 1000 * seq, cameMs: 1000 * cameS };
}

it("counts all readings, including late and repeated ones", () => {
  const all = [reading(1), reading(2), reading(3, 7), reading(4, 7), reading(4, 9), reading(5, 8)];
  expect(verdict(all)).toEqual({ came: 5, lost: [], thinned: 0, waitedMost: 3 });
});

it("names the readings that an outbox with room has lost", () => {
  const all = [reading(2), reading(3), reading(6, 9), reading(7, 9)];
  expect(verdict(all)).toMatchObject({ came: 4, lost: [1, 4, 5], thinned: 0 });
});

it("counts readings dropped by a full outbox separately", () => {
  const late = [3, 5, 7, 9, 11].map((seq) => reading(seq, 11));
  expect(verdict([reading(1), reading(2), ...late])).toEqual({
    ...{ came: 7, lost: [], thinned: 4, waitedMost: 9 },
  });
});

it("does not excuse readings that are missing after the outbox had room again", () => {
  const late = [3, 5, 7, 9, 11].map((seq) => reading(seq, 11));
  const all = [reading(1), reading(2), ...late, reading(12), reading(14)];
  expect(verdict(all).lost).toEqual([13]);
});
