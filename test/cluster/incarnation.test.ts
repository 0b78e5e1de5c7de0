import { expect, it } from "vitest";
import { Incarnation, LEASE_MS } from "../../server/cluster/incarnation";
import { HEARTBEATS_UNTIL_ALIVE } from "../../server/cluster/presence";

const BEGIN_MS = 100;

/** An incarnation in which the broker has passed back `beats` beats, the last one at `BEGIN_MS`. */
function incarnationWith(beats: number): Incarnation {
  const incarnation = new Incarnation("a1", 1_700_000_000_000, 0);
  for (let beat = 0; beat < beats; beat++) incarnation.heartbeatCameBack(BEGIN_MS);
  incarnation.ran(BEGIN_MS);
  return incarnation;
}

it("a server is present once the broker has passed back enough of its beats", () => {
  expect(incarnationWith(HEARTBEATS_UNTIL_ALIVE - 1).isPresent).toBe(false);
  expect(incarnationWith(HEARTBEATS_UNTIL_ALIVE).isPresent).toBe(true);
});

it("only the first beat that the broker passes back is marked as the first", () => {
  const incarnation = incarnationWith(0);
  expect([1, 2, 3].map((ms) => incarnation.heartbeatCameBack(ms))).toEqual([true, false, false]);
});

it("beats are numbered from 1, also if the broker passes none of them back", () => {
  const incarnation = incarnationWith(0);
  expect([incarnation.nextHeartbeat(), incarnation.nextHeartbeat()]).toEqual([1, 2]);
  expect(incarnation.isPresent).toBe(false);
});

it("a process is held up if it did not run for the whole lease", () => {
  const incarnation = incarnationWith(HEARTBEATS_UNTIL_ALIVE);
  expect(incarnation.wasHeldUp(BEGIN_MS + LEASE_MS - 1)).toBe(false);
  expect(incarnation.wasHeldUp(BEGIN_MS + LEASE_MS)).toBe(true);
  incarnation.ran(BEGIN_MS + LEASE_MS);
  expect(incarnation.wasHeldUp(BEGIN_MS + LEASE_MS)).toBe(false);
});

it("a present server is cut off if no beat came back for the whole lease, though it runs", () => {
  const incarnation = incarnationWith(HEARTBEATS_UNTIL_ALIVE);
  incarnation.ran(BEGIN_MS + LEASE_MS);
  expect(incarnation.isCutOff(BEGIN_MS + LEASE_MS - 1)).toBe(false);
  expect(incarnation.isCutOff(BEGIN_MS + LEASE_MS)).toBe(true);
  incarnation.heartbeatCameBack(BEGIN_MS + LEASE_MS);
  expect(incarnation.isCutOff(BEGIN_MS + LEASE_MS)).toBe(false);
});

it("a slow broker may take any time to pass the first beats back", () => {
  expect(incarnationWith(HEARTBEATS_UNTIL_ALIVE - 1).isCutOff(100 * LEASE_MS)).toBe(false);
});
