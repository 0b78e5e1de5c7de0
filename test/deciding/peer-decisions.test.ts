import { beforeEach, expect, it } from "vitest";
import { Decisions } from "../../server/deciding/decisions";
import { PeerDecisions } from "../../server/deciding/peer-decisions";
import { SeenReadings } from "../../server/deciding/seen-readings";
import { loadConfig } from "../../server/setup/config";

const ID = "hall";
const { rule } = loadConfig();

let decisions: Decisions;
let seen: SeenReadings;
let peerDecisions: PeerDecisions;
let resent: { on: boolean | undefined; answers: { boot: number; seq: number } }[];

const command = (on: boolean, seq?: number, boot = 7) =>
  JSON.stringify({ led_on: on, ...(seq !== undefined && { seq, boot }) });

beforeEach(() => {
  resent = [];
  decisions = new Decisions(rule, [], () => undefined);
  seen = new SeenReadings();
  peerDecisions = new PeerDecisions(decisions, seen, (_, { on }, answers) =>
    resent.push({ on, answers }),
  );
});

it("learns what another server has decided", () => {
  peerDecisions.heard(ID, true, command(true, 3), 0);
  expect(decisions.lastFor(ID)?.on).toBe(true);
  peerDecisions.heard(ID, false, command(false, 2), 1);
  expect(decisions.lastFor(ID)?.on).toBe(true);
  peerDecisions.heard(ID, false, command(false, 4), 2);
  expect(decisions.lastFor(ID)?.on).toBe(false);
});

it("learns from a command that names no reading", () => {
  seen.classify(ID, { boot: 7, seq: 9 });
  peerDecisions.heard(ID, true, command(true), 0);
  expect(decisions.lastFor(ID)?.on).toBe(true);
});

it("does not leave an earlier, held reading undecided", () => {
  peerDecisions.heard(ID, true, command(true, 3), 0);
  peerDecisions.heard(ID, false, command(false, 4), 1_000);
  const dark = { values: { light: 100 }, said: { led_on: false }, seq: 5, boot: 7 };
  expect(decisions.reading(ID, dark, 500)).toMatchObject([{ id: ID, command: { on: true } }]);
});

it("repeats the current decision if another server answers an older reading late", () => {
  seen.classify(ID, { boot: 7, seq: 9 });
  decisions.learn(ID, false, 0);
  peerDecisions.late(ID, true, command(true, 8));
  expect(resent).toEqual([{ on: false, answers: { boot: 7, seq: 9 } }]);
});

it("repeats it once, however often the late answer arrives", () => {
  seen.classify(ID, { boot: 7, seq: 9 });
  decisions.learn(ID, false, 0);
  for (let time = 0; time < 3; time++) peerDecisions.late(ID, true, command(true, 8));
  peerDecisions.late(ID, true, command(true, 7));
  expect(resent).toHaveLength(1);
});

it("repeats nothing if it has answered a newer reading: the device ignores the late answer", () => {
  for (const [seq, on] of [
    [8, true],
    [9, false],
  ] as const) {
    seen.classify(ID, { boot: 7, seq });
    decisions.learn(ID, on, 0);
    seen.answered(ID, on, { boot: 7, seq });
  }
  seen.classify(ID, { boot: 7, seq: 10 });
  // These answers equal our own. A slow broker has passed them on late.
  peerDecisions.late(ID, true, command(true, 8));
  peerDecisions.late(ID, false, command(false, 9));
  expect(resent).toEqual([]);
  // This answer differs from ours to the same reading. The device obeys the last answer that it
  // receives, so our decision is repeated.
  peerDecisions.late(ID, true, command(true, 9));
  expect(resent).toEqual([{ on: false, answers: { boot: 7, seq: 10 } }]);
});

it("repeats nothing if the late answer is right, new, of another run, or names no reading", () => {
  seen.classify(ID, { boot: 7, seq: 9 });
  decisions.learn(ID, false, 0);
  peerDecisions.late(ID, false, command(false, 8));
  peerDecisions.late(ID, true, command(true, 9));
  peerDecisions.late(ID, true, command(true, 8, 6));
  peerDecisions.late(ID, true, command(true));
  peerDecisions.late("unknown", true, command(true, 8));
  expect(resent).toEqual([]);
});
