import { describe, expect, it } from "vitest";
import {
  groupRuleWords,
  groupSideWords,
  holdWords,
  lostMembers,
  tallyWords,
  voteWords,
} from "../../server/page/group-words";
import { loadConfig } from "../../server/setup/config";
import type { GroupView } from "../../src/common/api";

const { rule } = loadConfig();

describe("the page's words for a group", () => {
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
    ["all", "LED on when all reporting members say that light is below 300"],
    ["majority", "LED on when more than half of the reporting members say that light is below 300"],
    ["median", "LED on when the median of light is below 300"],
    [{ atLeast: 2 }, "LED on when at least 2 members say that light is below 300"],
  ])("explain a decision by %j", (how, words) => {
    expect(groupRuleWords(rule, how)).toBe(words);
  });

  it("explain its votes", () => {
    expect(tallyWords(rule, group)).toBe("2 of 3 reporting, 1 for on");
    expect(tallyWords(rule, { ...group, decide: "median" })).toBe("2 of 3 reporting, median 500");
    expect(voteWords(rule, group, 100)).toBe("for on");
    expect(voteWords(rule, group, 900)).toBe("for off");
    // While the light is on, a reading within the hysteresis still votes for on.
    expect(voteWords({ ...rule, hysteresis: 20 }, { ...group, on: true }, 310)).toBe("for on");
  });

  it("name its side, and the lost members", () => {
    expect(groupSideWords(rule, group)).toBe("LED off");
    expect(groupSideWords(rule, { ...group, on: true })).toBe("LED on");
    expect(groupSideWords(rule, { ...group, on: null })).toBe("No decision yet");
    expect(lostMembers(group)).toEqual(["roof"]);
  });

  it("explain that too few members report", () => {
    expect(holdWords(rule, group)).toBe("");
    const silent = { ...group, members: group.members.map(({ id }) => ({ id, value: null })) };
    expect(holdWords(rule, silent)).toBe(
      "Too few members are reporting to decide: the last decision holds.",
    );
    expect(tallyWords(rule, silent)).toBe("0 of 3 reporting");
    expect(holdWords(rule, { ...silent, on: null })).toBe(
      "Too few members are reporting to decide.",
    );
  });
});
