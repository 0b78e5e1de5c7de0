import { beforeEach, describe, expect, it } from "vitest";
import {
  checkFleet,
  type FleetEvent,
  fleetExcerpt,
  type FleetRule,
  type Kind,
} from "../support/cluster-history/check";

const KINDS = new Map<string, Kind>([
  ["ours", "counting"],
  ["lesson", "lesson"],
]);

let history: FleetEvent[];

beforeEach(() => (history = []));

/** Adds an acknowledged reading. The LED state that it reports is that of the last command. */
function reading(device: string, seq: number, wanted: boolean): void {
  const told = history.findLast((event) => event.type === "command" && event.device === device);
  const ledOn = told?.type === "command" && told.ledOn;
  history.push({ type: "reading", device, seq, wanted, ledOn });
  history.push({ type: "acknowledged", device, seq });
}

function command(device: string, ledOn: boolean, seq?: number, again = false): void {
  history.push({ type: "command", device, ledOn, seq, again });
}

const fault = () => history.push({ type: "fault", text: "a server is killed" });

function expectRules(...rules: FleetRule[]): void {
  const found = checkFleet(history, KINDS);
  const text = found.map((one) => fleetExcerpt(history, one)).join("\n");
  expect(
    found.map(({ rule }) => rule),
    text,
  ).toEqual(rules);
}

describe("a device that counts its readings", () => {
  it("is answered in order, and only if its LED has to change", () => {
    reading("ours", 1, true);
    command("ours", true, 1);
    reading("ours", 2, true);
    reading("ours", 3, false);
    command("ours", false, 3);
    expectRules();
  });

  it("ends with the LED that its last acknowledged reading wants", () => {
    fault();
    reading("ours", 1, true);
    expectRules("wrong");
    command("ours", true, 1);
    history.push({ type: "reading", device: "ours", seq: 2, wanted: false, ledOn: true });
    expectRules();
  });

  it("gets the command that its reading wants, and none for readings that it never sent", () => {
    reading("ours", 1, true);
    command("ours", false, 1);
    command("ours", true, 1);
    expectRules("wrong");
    command("ours", true, 2);
    expectRules("wrong", "invented");
  });

  it("gets no answer to an older reading after one to a newer, unless the broker repeats it", () => {
    reading("ours", 1, true);
    reading("ours", 2, false);
    command("ours", true, 1);
    command("ours", false, 2);
    command("ours", true, 1, true);
    command("ours", false, 2, true);
    expectRules();
    command("ours", true, 1);
    command("ours", false, 2);
    expectRules("stale");
  });

  it("may get a command that states what should hold, without a reading", () => {
    reading("ours", 1, true);
    command("ours", true, 1);
    command("ours", true);
    expectRules();
  });

  it("may have a reading skipped only after a fault, or when shards change their owner", () => {
    reading("ours", 1, true);
    reading("ours", 2, true);
    command("ours", true, 2);
    expectRules("undecided");
    history.splice(2, 0, { type: "fault", text: "a server is paused" });
    expectRules();
    history[2] = { type: "decides", by: "server 3.1", shards: "" };
    expectRules();
  });
});

it("a violation is shown with each server's messages, and with the faults", () => {
  const by = "server 2.1";
  reading("ours", 1, true);
  history.push({ type: "delivered", by, device: "ours", light: 1, seq: 1, again: true });
  reading("ours", 2, false);
  reading("lesson", 1, false);
  command("ours", false, 2);
  fault();
  history.push({ type: "decides", by, shards: "1,2" });
  history.push({ type: "sent", by, device: "ours", ledOn: true, seq: 1, again: false });
  command("lesson", false);
  command("ours", true, 1);
  command("ours", false, 2);
  const [found] = checkFleet(history, KINDS);
  if (!found) throw new Error("no violation");
  expect(fleetExcerpt(history, found).replaceAll("  0.000 ", "").split("\n")).toEqual([
    "stale: ours: an answer to 1 after one to 2",
    "  true for 1: sent 1 times, heard 1 times",
    "reading 1, wants true, says false",
    "reading 1 is acknowledged",
    "server 2.1 is given reading 1, again",
    "reading 2, wants false, says false",
    "reading 2 is acknowledged",
    "heard false for 2",
    "a server is killed",
    "server 2.1 says that it decides shard 1,2",
    "server 2.1 sends true for 1",
    "heard true for 1",
  ]);
});

describe("a lesson device", () => {
  it("gets one answer to each reading, and may get an answer twice", () => {
    reading("lesson", 1, true);
    reading("lesson", 2, false);
    command("lesson", true);
    expectRules("wrong", "undecided");
    command("lesson", false);
    expectRules();
    command("lesson", false);
    expectRules();
  });

  it("gets no answer that only an older reading wants", () => {
    reading("lesson", 1, true);
    command("lesson", true);
    reading("lesson", 2, false);
    command("lesson", false);
    command("lesson", true);
    command("lesson", false);
    expectRules("stale");
  });

  it("may get an answer to a newer reading that equals the one to an older reading", () => {
    reading("lesson", 1, true);
    command("lesson", true);
    reading("lesson", 2, false);
    command("lesson", false);
    reading("lesson", 3, true);
    command("lesson", true);
    expectRules();
  });

  it("gets no command that no reading wants", () => {
    reading("lesson", 1, true);
    command("lesson", false);
    command("lesson", true);
    expectRules("invented");
  });

  it("ends with the right LED after a fault, even if not every reading is answered", () => {
    fault();
    reading("lesson", 1, true);
    reading("lesson", 2, false);
    reading("lesson", 3, true);
    expectRules("wrong");
    command("lesson", true);
    expectRules();
  });
});
