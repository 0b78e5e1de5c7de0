import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { linesOf, valuesOf } from "../../server/page/chart-lines";
import { valueRange } from "../../server/page/chart-range";
import { CHART_SPANS, LIVE } from "../../server/page/chart-spans";
import {
  groupRuleWords,
  groupSideWords,
  holdWords,
  lostIn,
  tallyWords,
  voteWords,
} from "../../server/page/group-words";
import { History } from "../../server/page/history";
import {
  commandWords,
  inputWords,
  isNightlight,
  ruleWords,
  sideWords,
  subjectWords,
} from "../../server/page/rule-words";
import {
  clockWords,
  dateWords,
  deciderWords,
  diskWords,
  lastSeenWords,
  onlineWords,
  overrideWords,
  preparingWords,
  removalWords,
  stateWords,
  titleOf,
  titlesIn,
} from "../../server/page/words";
import { loadConfig } from "../../server/setup/config";
import type { DeviceView, GroupView, Unwritten } from "../../src/common/api";
import type { ServerRule } from "../../src/common/server-rule";

const { rule } = loadConfig();
const thermostat = loadConfig(join(ROOT, "docs/examples/thermostat.json")).rule;

const device: DeviceView = {
  id: "a",
  online: true,
  simulated: false,
  light: 400,
  values: { light: 400 },
  ledOn: null,
  lastSeen: null,
  state: null,
  health: [],
};

describe("what the disk does not take", () => {
  it.each<[Unwritten[], RegExp]>([
    [[], /^$/],
    [["broker"], /^The server can't write to its disk.*A restart now.*Decisions go on\.$/],
    [["history"], /^The server can't write to its disk.*missing in the charts.*Decisions go on\.$/],
    [["broker", "history"], /A restart now.*missing in the charts/],
  ])("is said in words: %j", (unwritten, words) => {
    expect(diskWords(unwritten)).toMatch(words);
  });
});

describe("what the page says", () => {
  it.each<[number | null, string]>([
    [null, "not seen yet"],
    [1_000_000, "last seen just now"],
    [1_000_000 + 60_000, "last seen just now"],
    [1_000_000 - 12_400, "last seen 12 s ago"],
    [1_000_000 - 119_000, "last seen 1 min ago"],
    [1_000_000 - 7_200_000, "last seen 2 h ago"],
    [1_000_000 - 200_000_000, "last seen 2 d ago"],
  ])("when a device was seen at %s", (lastSeenMs, words) => {
    expect(lastSeenWords(lastSeenMs, 1_000_000)).toBe(words);
  });

  it("about the rule", () => {
    expect(ruleWords(rule)).toBe("LED on when light is below 300");
    expect(ruleWords({ ...rule, hysteresis: 20 })).toBe(
      "LED on when light is below 300, off again from 320",
    );
    expect(ruleWords({ ...rule, comparison: "above", hysteresis: 20 })).toBe(
      "LED on when light is above 300, off again up to 280",
    );
  });

  it("about a rule of several fields", () => {
    expect(ruleWords(thermostat)).toBe(
      "heating on when the mean of thermostat temperature, livingroom temperature and bedroom temperature is below 19, off again from 19.5, at most one change in 60 s",
    );
  });

  it.each<[ServerRule["on"], string]>([
    [{ led_on: true }, "LED on"],
    [{ heating_on: false }, "heating off"],
    [{ valve_open: true }, "valve open true"],
    [{ fan_speed: 3, mode: "eco" }, "fan speed 3, mode eco"],
  ])("of the command %j", (command, words) => {
    expect(commandWords(command)).toBe(words);
  });

  it("about the side that it is on", () => {
    const sides = (of: ServerRule) => [true, false, null].map((on) => sideWords(of, on));
    expect(sides(rule)).toEqual(["LED on", "LED off", "LED unknown"]);
    expect(sides(thermostat)).toEqual(["heating on", "heating off", "heating unknown"]);
  });

  it("about what becomes of a command by hand", () => {
    const none = { memberOf: [], lightOf: [] };
    expect(overrideWords(false, none)).toMatch(/^Sent once\. It holds until another/);
    expect(overrideWords(true, none)).toMatch(/The next decision, at the next reading/);
    expect(overrideWords(true, { memberOf: ["hall"], lightOf: [] })).toMatch(/for its lights only/);
    expect(overrideWords(true, { memberOf: ["hall"], lightOf: ["hall"] })).toMatch(
      /The group's next decision/,
    );
  });

  it("about the connection, and of a time as the reader's clock has it", () => {
    expect([true, false].map((online) => onlineWords({ ...device, online }))).toEqual([
      "online",
      "offline",
    ]);
    const noon = new Date(2026, 10, 22, 12, 3, 20).getTime();
    expect(clockWords(noon)).toBe("12:03:20");
    expect(dateWords(noon)).toMatch(/Sun/);
    expect(dateWords(noon)).toMatch(/22/);
  });

  it("about a nightlight, which the page can draw, and about nothing else", () => {
    expect(isNightlight(rule)).toBe(true);
    expect(isNightlight({ ...rule, field: ["light"] })).toBe(true);
    expect(isNightlight({ ...rule, on: { fan_speed: 3 } })).toBe(false);
    expect(isNightlight(thermostat)).toBe(false);
  });

  it.each<[ServerRule["combine"], string]>([
    ["min", "the lowest of a and b"],
    ["max", "the highest of a and b"],
    ["mean", "the mean of a and b"],
    ["median", "the median of a and b"],
  ])("about fields of which the %s counts", (combine, words) => {
    expect(subjectWords({ ...rule, field: ["a", "b"], combine })).toBe(words);
  });

  it("about what is compared", () => {
    const values = {
      thermostat_temperature: 18,
      livingroom_temperature: 19,
      bedroom_temperature: 17.5,
    };
    expect(inputWords(thermostat, values)).toBe("mean 18.17");
    expect(inputWords({ ...thermostat, combine: "min" }, values)).toBe("lowest 17.5");
    expect(inputWords(thermostat, { bedroom_temperature: 17 })).toBeUndefined();
    expect(inputWords(rule, { light: 231 })).toBe("231");
  });

  it("about a device, as it last said", () => {
    expect(stateWords(device)).toBe("");
    const state = { fw: "0.1.0", uptime_s: 190, reconnects: 1, outbox: 0 };
    expect(stateWords({ ...device, state })).toBe(
      "firmware 0.1.0 · up 3 min · 1 reconnect · 0 readings waiting",
    );
    expect(stateWords({ ...device, state: { led_on: true } })).toBe("");
  });

  it("about who decides", () => {
    const server = {
      version: "1",
      broker: "",
      brokerConnected: true,
      unwritten: [],
      decides: true,
      rule,
      topicPrefix: "",
      preparing: null,
    };
    const alone = { memberOf: [], lightOf: [] };
    expect(deciderWords(device, server, alone)).toBe(
      "This server decides: LED on when light is below 300.",
    );
    expect(deciderWords(device, server, { memberOf: ["stadium"], lightOf: [] })).toBe(
      "It votes in the group stadium, not for itself.",
    );
    expect(deciderWords(device, server, { memberOf: [], lightOf: ["east", "west"] })).toBe(
      "The groups east and west decide for it.",
    );
    expect(deciderWords(device, { ...server, decides: false }, alone)).toBe(
      "This server does not decide.",
    );
    const state = { decided_by: "device" as const };
    expect(deciderWords({ ...device, state }, server, alone)).toMatch(/^The device decides/);
  });
});

describe("what the page says of a group", () => {
  const group: GroupView = {
    id: "stadium",
    on: false,
    decide: "majority",
    members: [
      { id: "north", value: 100 },
      { id: "east", value: 900 },
      { id: "roof", value: null },
    ],
    lights: ["mast"],
  };

  it.each<[GroupView["decide"], string]>([
    ["any", "LED on when any member says that light is below 300"],
    ["all", "LED on when all members that are heard say that light is below 300"],
    [
      "majority",
      "LED on when more than half of the members that are heard say that light is below 300",
    ],
    ["median", "LED on when the median of light is below 300"],
    [{ atLeast: 2 }, "LED on when at least 2 members say that light is below 300"],
  ])("that decides by %j", (how, words) => {
    expect(groupRuleWords(rule, how)).toBe(words);
  });

  it("about its votes", () => {
    expect(tallyWords(rule, group)).toBe("2 of 3 heard, 1 for on");
    expect(tallyWords(rule, { ...group, decide: "median" })).toBe("2 of 3 heard, median 500");
    expect(voteWords(rule, group, 100)).toBe("for on");
    expect(voteWords(rule, group, 900)).toBe("for off");
    // While it is on, hysteresis holds.
    expect(voteWords({ ...rule, hysteresis: 20 }, { ...group, on: true }, 310)).toBe("for on");
  });

  it("about its side, and the members that are lost", () => {
    expect(groupSideWords(rule, group)).toBe("LED off");
    expect(groupSideWords(rule, { ...group, on: true })).toBe("LED on");
    expect(groupSideWords(rule, { ...group, on: null })).toBe("No decision yet");
    expect(lostIn(group)).toEqual(["roof"]);
  });

  it("when too few members are heard", () => {
    expect(holdWords(rule, group)).toBe("");
    const silent = { ...group, members: group.members.map(({ id }) => ({ id, value: null })) };
    expect(holdWords(rule, silent)).toBe(
      "Too few members are heard to decide: what was decided before holds.",
    );
    expect(tallyWords(rule, silent)).toBe("0 of 3 heard");
    expect(holdWords(rule, { ...silent, on: null })).toBe("Too few members are heard to decide.");
  });
});

describe("the chart", () => {
  it("goes over the whole of a light level", () => {
    expect(valueRange(rule, [[20, 40]])).toEqual([0, 1023]);
  });

  it("goes else over the values and both ends of the hysteresis, with room", () => {
    expect(valueRange(thermostat, [[18, null, 18.4]])).toEqual([17.5, 20]);
    const [low, high] = valueRange(thermostat, []);
    expect(low).toBeLessThan(19);
    expect(high).toBeGreaterThan(19.5);
    const still = { ...thermostat, value: 0, hysteresis: 0 };
    expect(valueRange(still, [[0]])).toEqual([-0.5, 0.5]);
    expect(valueRange(thermostat, [[-4e6, 8e6]])).toEqual([-1e7, 1e7]);
  });

  it("goes down to where a rule from below changes back", () => {
    const above = { ...thermostat, comparison: "above" as const, value: 30, hysteresis: 5 };
    const [low, high] = valueRange(above, [[29, 31]]);
    expect(low).toBeLessThan(25);
    expect(high).toBeGreaterThan(31);
  });

  it("says a value as its line does", () => {
    expect(linesOf(rule).map(({ words }) => words(231.4))).toEqual(["231"]);
    const mean = { ...rule, field: ["a", "b"], combine: "mean" as const };
    expect(linesOf(mean).map(({ words }) => words(18.456))).toEqual(["18.46", "18.46", "18.46"]);
  });

  it("shows spans in ascending order, of which only the live one is not fetched again", () => {
    const lengths = CHART_SPANS.map(({ ms }) => ms);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(CHART_SPANS.filter(({ refreshMs }) => refreshMs === Infinity)).toEqual([LIVE]);
  });

  it("has lines that differ in dash or colour, and one of what decides", () => {
    const fields = Array.from({ length: 16 }, (_, i) => `field_${i}`);
    const lines = linesOf({ ...rule, field: fields });
    expect(lines).toHaveLength(17);
    expect(new Set(lines.map(({ dash, colour }) => `${String(dash)} ${colour}`)).size).toBe(17);
    const near = lines.slice(0, 6).map(({ dash }) => String(dash));
    expect(new Set(near).size).toBe(6);

    const history = new History(["field_0", "field_1"]);
    history.addReading(1, { field_0: 10, field_1: 20 });
    history.addSilence();
    const mean = { ...rule, field: ["field_0", "field_1"], combine: "mean" as const };
    expect(valuesOf(mean, history.values)).toEqual([
      [10, null],
      [20, null],
      [15, null],
    ]);
  });
});

describe("a device's title", () => {
  it("is the name that a person gave it, else its id", () => {
    expect(titleOf({ id: "a", name: "Hall" })).toBe("Hall");
    expect(titleOf({ id: "a" })).toBe("a");
    const titles = titlesIn(new Map([["a", { view: { id: "a", name: "Hall" } as DeviceView }]]));
    expect(["a", "b"].map(titles)).toEqual(["Hall", "b"]);
  });
});

it("says what is being prepared", () => {
  expect(preparingWords({ id: "lamp", step: "compiling" })).toEqual({
    title: "Preparing lamp",
    text: "Compiling the firmware of the simulated device. This takes some seconds, the first time and after a change.",
  });
  expect(preparingWords({ id: "lamp", step: "starting" }).text).toBe(
    "Starting the simulated device.",
  );
});

it("says what follows from a removal", () => {
  expect(removalWords({ online: true } as DeviceView)).toBe(
    "The broker and Home Assistant forget it. It comes back if it sends again, and it is online now.",
  );
  expect(removalWords({ online: false } as DeviceView)).toBe(
    "The broker and Home Assistant forget it. It comes back if it sends again.",
  );
});
