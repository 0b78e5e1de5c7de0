import { expect, it } from "vitest";
import { BEATS_UNTIL_ALIVE } from "../../server/cluster/presence";
import { LEASE_MS, Visit } from "../../server/cluster/visit";

const BEGIN_MS = 100;

/** A visit in which the broker has passed back `beats` beats, the last one at `BEGIN_MS`. */
function visitWith(beats: number): Visit {
  const visit = new Visit("a1", 1_700_000_000_000, 0);
  for (let beat = 0; beat < beats; beat++) visit.beatCameBack(BEGIN_MS);
  visit.ran(BEGIN_MS);
  return visit;
}

it("a server is present once the broker has passed back enough of its beats", () => {
  expect(visitWith(BEATS_UNTIL_ALIVE - 1).isPresent).toBe(false);
  expect(visitWith(BEATS_UNTIL_ALIVE).isPresent).toBe(true);
});

it("only the first beat that the broker passes back is marked as the first", () => {
  const visit = visitWith(0);
  expect([1, 2, 3].map((ms) => visit.beatCameBack(ms))).toEqual([true, false, false]);
});

it("beats are numbered from 1, also if the broker passes none of them back", () => {
  const visit = visitWith(0);
  expect([visit.nextBeat(), visit.nextBeat()]).toEqual([1, 2]);
  expect(visit.isPresent).toBe(false);
});

it("a process is held up if it did not run for the whole lease", () => {
  const visit = visitWith(BEATS_UNTIL_ALIVE);
  expect(visit.wasHeldUp(BEGIN_MS + LEASE_MS - 1)).toBe(false);
  expect(visit.wasHeldUp(BEGIN_MS + LEASE_MS)).toBe(true);
  visit.ran(BEGIN_MS + LEASE_MS);
  expect(visit.wasHeldUp(BEGIN_MS + LEASE_MS)).toBe(false);
});

it("a present server is cut off if no beat came back for the whole lease, though it runs", () => {
  const visit = visitWith(BEATS_UNTIL_ALIVE);
  visit.ran(BEGIN_MS + LEASE_MS);
  expect(visit.isCutOff(BEGIN_MS + LEASE_MS - 1)).toBe(false);
  expect(visit.isCutOff(BEGIN_MS + LEASE_MS)).toBe(true);
  visit.beatCameBack(BEGIN_MS + LEASE_MS);
  expect(visit.isCutOff(BEGIN_MS + LEASE_MS)).toBe(false);
});

it("a slow broker may take any time to pass the first beats back", () => {
  expect(visitWith(BEATS_UNTIL_ALIVE - 1).isCutOff(100 * LEASE_MS)).toBe(false);
});
