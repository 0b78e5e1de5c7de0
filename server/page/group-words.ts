import type { GroupView } from "../../src/common/api";
import { decideTogether } from "../../src/common/groups";
import { decide } from "../../src/common/rule";
import type { ServerRule } from "../../src/common/server-rule";
import {
  commandWords,
  medianWords,
  sentence,
  shortSideWords,
  sideWords,
  subjectWords,
  thresholdWords,
} from "./rule-words";

/** The page's words about groups. Pure. */

export function groupSideWords(rule: ServerRule, { on }: GroupView): string {
  return on === null ? "No decision yet" : sentence(sideWords(rule, on));
}

/** Returns words such as "LED on when any member says that light is below 300". */
export function groupRuleWords(rule: ServerRule, how: GroupView["decide"]): string {
  const on = `${commandWords(rule.on)} when`;
  const subject = subjectWords(rule);
  if (how === "median") return `${on} the median of ${subject} is ${thresholdWords(rule)}`;
  return `${on} ${votersWords(how)} that ${subject} is ${thresholdWords(rule)}`;
}

function votersWords(how: Exclude<GroupView["decide"], "median">): string {
  if (typeof how === "object")
    return how.atLeast === 1 ? "at least 1 member says" : `at least ${how.atLeast} members say`;
  switch (how) {
    case "any":
      return "any member says";
    case "all":
      return "all reporting members say";
    case "majority":
      return "more than half of the reporting members say";
  }
}

/** Returns words such as "4 of 5 reporting, 3 for on". */
export function tallyWords(rule: ServerRule, group: GroupView): string {
  const heard = heardIn(group);
  const words = `${heard.length} of ${group.members.length} reporting`;
  if (heard.length === 0) return words;
  if (group.decide === "median") return `${words}, median ${medianWords(rule, heard)}`;
  const votes = heard.filter((value) => votesOn(rule, group, value)).length;
  return `${words}, ${votes} for ${shortSideWords(rule, true)}`;
}

/** Returns why the group can't decide at present, or "". */
export function holdWords(rule: ServerRule, group: GroupView): string {
  const inputs = group.members.map(({ value }) => value ?? undefined);
  const on = decideTogether(rule, group.decide, inputs, group.on ?? undefined, undefined);
  if (on !== undefined) return "";
  return group.on === null
    ? "Too few members are reporting to decide."
    : "Too few members are reporting to decide: the last decision holds.";
}

/** Returns words such as "for on", or "" if the group does not count votes. */
export function voteWords(rule: ServerRule, group: GroupView, value: number): string {
  if (group.decide === "median") return "";
  return `for ${shortSideWords(rule, votesOn(rule, group, value))}`;
}

export function lostMembers({ members }: GroupView): string[] {
  return members.filter(({ value }) => value === null).map(({ id }) => id);
}

function heardIn({ members }: GroupView): number[] {
  return members.map(({ value }) => value).filter((value) => value !== null);
}

/** Returns the vote as the server counts it: the hysteresis depends on the group's decision. */
function votesOn(rule: ServerRule, { on }: GroupView, value: number): boolean {
  return decide(rule, value, on ?? undefined, undefined);
}
