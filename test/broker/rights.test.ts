import { describe, expect, it } from "vitest";
import {
  type Identity,
  mayPublish,
  maySubscribe,
  mayUseClientId,
  publication,
  topicError,
} from "../../server/broker/access";
import type { QoS } from "../../server/broker/packets";

const TOPICS = { prefix: "home/", discovery: "ha" };
const ANYONE: Identity = { role: "anyone", name: "" };
const SERVER: Identity = { role: "server", name: "building" };
const LAMP: Identity = { role: "device", name: "lamp" };

// The effect of these rights on the wire is tested in access.test.ts.
describe("the rights of a device below a prefix", () => {
  it.each([
    ["home/lamp/telemetry", true],
    ["home/lamp/status", true],
    ["home/lamp/state", true],
    ["lamp/telemetry", false],
    ["home/other/telemetry", false],
    ["home/lamp/commands", false],
    ["home/lamp/desired", false],
    ["$SYS/x", false],
  ])("to publish on %s: %s", (topic, may) => {
    expect(mayPublish(LAMP, topic, TOPICS)).toBe(may);
  });

  it.each([
    ["home/lamp/commands", true],
    ["home/lamp/update", true],
    ["home/nightlight/server/status", true],
    ["nightlight/server/status", false],
    ["home/lamp/telemetry", false],
    ["home/other/commands", false],
    ["home/#", false],
  ])("to subscribe to %s: %s", (filter, may) => {
    expect(maySubscribe(LAMP, filter, TOPICS)).toBe(may);
  });

  it.each([
    ["", true],
    ["lamp", true],
    ["lampnightlight_client", true],
    ["home/lampnightlight_client", true],
    ["other", false],
    ["othernightlight_client", false],
    ["home/lamp", false],
  ])('to the client id "%s": %s', (clientId, may) => {
    expect(mayUseClientId(LAMP, clientId, TOPICS)).toBe(may);
  });
});

it.each([ANYONE, SERVER])(
  "$role may do anything except publish on the broker's own topics",
  (who) => {
    expect(mayPublish(who, "home/lamp/commands", TOPICS)).toBe(true);
    expect(mayPublish(who, "$SYS/x", TOPICS)).toBe(false);
    expect(maySubscribe(who, "#", TOPICS)).toBe(true);
    expect(mayUseClientId(who, "lamp", TOPICS)).toBe(true);
  },
);

it.each([
  ["a device's state", LAMP, "home/lamp/state", true],
  ["a server's discovery", SERVER, "ha/device/lamp/config", true],
  ["a server's name for a device", SERVER, "home/nightlight/server/names/lamp", true],
  ["a server's desired state", SERVER, "home/lamp/desired", true],
  ["another topic of a server", SERVER, "home/notes", false],
  ["a message of any client", ANYONE, "home/lamp/state", false],
] as const)("%s is not counted as a retained message: %s", (_what, who, topic, free) => {
  const qos: QoS = 1;
  const will = { topic, payload: Buffer.from("x"), qos, retain: true };
  expect(publication(who, will, TOPICS)).toEqual({ ...will, free });
});

it("topics beyond the limits in bytes and in levels are refused", () => {
  const limits = { "topic-bytes": 8, "topic-levels": 3 };
  expect(["a/b/c", "Küche/1"].map((topic) => topicError(topic, limits))).toEqual([
    undefined,
    undefined,
  ]);
  expect(topicError("Küche/12", limits)).toBe("topic: expected at most 8 bytes, got 9");
  expect(topicError("a/b/c/d", limits)).toBe("topic: expected at most 3 levels, got 4");
});
