import { describe, expect, it } from "vitest";
import { Decisions } from "../../server/deciding/decisions";
import { loadConfig } from "../../server/setup/config";
import { decideTogether, type Group } from "../../src/common/groups";
import type { ServerRule } from "../../src/common/server-rule";

const { rule } = loadConfig();
const DARK = 100;
const LIGHT = 900;
const ON = { fields: { led_on: true }, text: '{"led_on":true}', on: true };
const OFF = { fields: { led_on: false }, text: '{"led_on":false}', on: false };

describe("deciding together", () => {
  const cases: [Group["decide"], (number | undefined)[], boolean | undefined][] = [
    ["any", [LIGHT, LIGHT, DARK], true],
    ["any", [LIGHT, LIGHT, LIGHT], false],
    ["all", [DARK, DARK, LIGHT], false],
    ["all", [DARK, DARK, undefined], true],
    ["majority", [DARK, DARK, LIGHT], true],
    ["majority", [DARK, LIGHT, LIGHT], false],
    // A tie is not a majority.
    ["majority", [DARK, DARK, LIGHT, LIGHT], false],
    ["median", [DARK, 299, LIGHT], true],
    ["median", [DARK, 301, LIGHT], false],
    [{ atLeast: 2 }, [DARK, DARK, LIGHT, LIGHT], true],
    [{ atLeast: 2 }, [DARK, LIGHT, LIGHT, LIGHT], false],
    // Fewer members have reported than a decision needs.
    ["any", [undefined, undefined], undefined],
    ["majority", [DARK, undefined, undefined], undefined],
    ["majority", [DARK, undefined], undefined],
    ["median", [DARK, undefined, undefined], undefined],
    [{ atLeast: 2 }, [DARK, undefined, undefined], undefined],
  ];
  it.each(cases)("%j of %j is %s", (how, inputs, on) => {
    expect(decideTogether(rule, how, inputs, undefined, undefined)).toBe(on);
  });

  it("respects hysteresis and the least time between changes", () => {
    const calm: ServerRule = { ...rule, hysteresis: 50, minChangeMs: 1000 };
    const dusk = [320, 330, 340];
    expect(decideTogether(calm, "majority", dusk, true, undefined)).toBe(true);
    expect(decideTogether(calm, "majority", dusk, false, undefined)).toBe(false);
    expect(decideTogether(calm, "any", [LIGHT], true, 999)).toBe(true);
    expect(decideTogether(calm, "any", [LIGHT], true, 1000)).toBe(false);
  });
});

describe("a stadium", () => {
  const stadium: Group = {
    id: "stadium",
    members: ["north", "east", "south", "west", "roof"],
    lights: ["mast-1", "mast-2"],
    decide: "majority",
    validMs: 10_000,
  };

  function open() {
    const decisions = new Decisions(rule, [stadium], () => undefined);
    let nowMs = 0;
    return {
      after: (ms: number) => (nowMs += ms),
      say(id: string, light: number, age_ms = 0) {
        return decisions.reading(id, { values: { light }, said: {}, age_ms }, nowMs);
      },
      members: () => decisions.members(stadium, nowMs),
    };
  }

  function atNoon() {
    const game = open();
    for (const id of stadium.members) game.say(id, LIGHT);
    return game;
  }

  it("does not switch its lights because a bird sits on one sensor", () => {
    const game = atNoon();
    expect(game.say("roof", 3)).toEqual([]);
    expect(game.say("north", LIGHT)).toEqual([]);
  });

  it("switches all of its lights at sunset", () => {
    const game = atNoon();
    expect(game.say("north", DARK)).toEqual([]);
    expect(game.say("east", DARK)).toEqual([]);
    expect(game.say("south", DARK)).toMatchObject([
      { id: "mast-1", command: ON },
      { id: "mast-2", command: ON },
    ]);
    expect(game.say("west", DARK).filter(({ id }) => id === "west")).toEqual([]);
  });

  it("counts a member by its last measurement, even if an older reading arrives later", () => {
    const game = atNoon();
    game.after(2_000);
    game.say("roof", DARK, 60_000);
    expect(game.members().map(({ input }) => input)).toEqual(stadium.members.map(() => LIGHT));
  });

  it("is not affected by sensors that fall silent, and shows them as lost", () => {
    const game = atNoon();
    game.say("roof", DARK);
    game.after(8_000);
    for (const id of ["north", "east", "south"]) game.say(id, LIGHT);
    game.after(8_000);
    expect(game.members().map(({ input }) => input)).toEqual([
      LIGHT,
      LIGHT,
      LIGHT,
      undefined,
      undefined,
    ]);
    game.after(8_000);
    // A single covered sensor decides nothing if it is the last one that reports.
    expect(game.say("roof", DARK)).toEqual([]);
  });

  it("sends a change to lights that have not reported the previous command yet", () => {
    const decisions = new Decisions(rule, [{ ...stadium, decide: "any" }], () => false);
    const say = (light: number) =>
      decisions.reading("roof", { values: { light }, said: {} }, 0).map(({ command }) => command);
    expect(say(DARK)).toMatchObject([ON, ON]);
    // By their last reports, the lights are still off.
    expect(say(LIGHT)).toMatchObject([OFF, OFF]);
    expect(say(LIGHT)).toEqual([]);
  });

  it("uses the time at which a stored reading was taken", () => {
    const game = atNoon();
    game.after(60_000);
    for (const id of ["north", "east", "south"]) expect(game.say(id, DARK, 30_000)).toEqual([]);
  });
});

describe("a device's own decision", () => {
  const reading = (light: number, said: object = {}) => ({ values: { light }, said: { ...said } });

  it("is sent at each reading to a lesson device, and on a change to a reporting device", () => {
    const decisions = new Decisions(rule, [], () => undefined);
    expect(decisions.reading("lesson", reading(DARK), 0)).toHaveLength(1);
    expect(decisions.reading("lesson", reading(DARK), 1)).toHaveLength(1);
    expect(decisions.reading("ours", reading(DARK, { led_on: false }), 0)).toHaveLength(1);
    expect(decisions.reading("ours", reading(DARK, { led_on: true }), 1)).toEqual([]);
    // The reading shows that the device missed the command, or was restarted.
    expect(decisions.reading("ours", reading(DARK, { led_on: false }), 2)).toHaveLength(1);
  });

  it("takes hysteresis from the report, so that a restarted server keeps the state", () => {
    const calm: ServerRule = { ...rule, hysteresis: 50 };
    const fresh = new Decisions(calm, [], () => undefined);
    expect(fresh.reading("ours", reading(320, { led_on: true }), 0)).toEqual([]);
    expect(fresh.reading("other", reading(320, { led_on: false }), 0)).toEqual([]);
  });

  it("is delayed by the least time between changes, and repeated if it was missed", () => {
    const slow: ServerRule = { ...rule, minChangeMs: 1000 };
    const decisions = new Decisions(slow, [], () => undefined);
    const on = [{ id: "a", command: ON }];
    decisions.reading("a", reading(LIGHT, { led_on: false }), 0);
    expect(decisions.reading("a", reading(DARK, { led_on: false }), 100)).toMatchObject(on);
    expect(decisions.reading("a", reading(DARK, { led_on: false }), 200)).toMatchObject(on);
    expect(decisions.reading("a", reading(LIGHT, { led_on: true }), 300)).toEqual([]);
    expect(decisions.reading("a", reading(LIGHT, { led_on: true }), 1100)).toHaveLength(1);
  });

  it("is not made for an old reading", () => {
    const decisions = new Decisions(rule, [], () => undefined);
    expect(decisions.reading("a", { ...reading(DARK), age_ms: 60_000 }, 0)).toEqual([]);
  });
});
