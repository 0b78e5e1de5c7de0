import { describe, expect, it } from "vitest";
import { ChartHistory, HISTORY_MS } from "../../server/page/chart-history";
import { Model } from "../../server/page/model";
import { MESSAGES_KEPT, MESSAGES_SHOWN, RecentMessages } from "../../server/page/recent-messages";
import { loadConfig } from "../../server/setup/config";
import type {
  ChangesView,
  DeviceView,
  GroupView,
  HistoryPoint,
  SnapshotView,
  TelemetryView,
} from "../../src/common/api";
import { deviceView, pointOf } from "./views";

const view = (id: string, change: Partial<DeviceView> = {}): DeviceView => {
  const lastSeen = new Date(1_000_000).toISOString();
  return deviceView(id, { light: 400, values: { light: 400 }, ledOn: false, lastSeen, ...change });
};

const snapshot = (change: Partial<SnapshotView> = {}): SnapshotView => ({
  version: "1.0.0",
  broker: "mqtt://localhost:1883",
  brokerConnected: true,
  unwritten: [],
  decides: true,
  nowMs: 1_000_000,
  rule: loadConfig().rule,
  topicPrefix: "",
  groups: [],
  devices: [],
  messages: [],
  updates: { updates: [], fleet: null, programs: {}, crashes: [] },
  preparing: null,
  class: null,
  ...change,
});

const changes = (change: Partial<ChangesView> = {}): ChangesView => ({
  devices: [],
  removed: [],
  readings: [],
  leds: [],
  messages: [],
  messagesLeftOut: 0,
  ...change,
});

const reading = (atMs: number, values: Record<string, number>, id = "a"): ChangesView =>
  changes({ readings: [{ id, atMs, values, ledOn: null }] });

const answer = (points: HistoryPoint[]): TelemetryView => ({
  id: "a",
  fromMs: 0,
  toMs: 2_000_000,
  bucketMs: 0,
  silenceMs: 30_000,
  points,
});

describe("the page's model", () => {
  it("uses the server's clock, however wrong its own is", () => {
    const model = new Model();
    model.apply("snapshot", snapshot({ nowMs: 1_000_000 }), 400_000);
    expect(model.serverTimeMs(401_000)).toBe(1_001_000);
  });

  it("is replaced by a snapshot", () => {
    const model = new Model();
    const message = { atMs: 1, topic: "a/telemetry", payload: "{}" };
    model.apply("snapshot", snapshot({ devices: [view("a")], messages: [message] }), 0);
    expect(model.messages.list("a")).toHaveLength(1);
    model.apply("snapshot", snapshot({ devices: [view("b")] }), 0);
    expect([...model.devices.keys()]).toEqual(["b"]);
    expect(model.messages.list()).toEqual([]);
  });

  it("reports what has changed since it was shown, and the groups of a device", () => {
    const group: GroupView = {
      id: "stadium",
      on: false,
      decide: "any",
      members: [{ id: "a", value: 400 }],
      lights: ["b"],
    };
    const model = new Model();
    model.apply("snapshot", snapshot({ devices: [view("a")], groups: [group] }), 0);
    expect(model.takeChanges().all).toBe(true);
    model.apply("changes", changes({ devices: [view("b")], messagesLeftOut: 7 }), 0);
    model.apply("group", { ...group, on: true }, 0);
    expect(model.takeChanges()).toEqual({
      all: false,
      devices: new Set(["b"]),
      groups: new Set(["stadium"]),
      roster: true,
    });
    model.apply("changes", changes({ devices: [view("b", { online: false })] }), 0);
    expect(model.takeChanges().roster).toBe(false);
    model.apply("changes", changes({ devices: [view("b", { name: "Hall" })] }), 0);
    expect(model.takeChanges().roster).toBe(true);
    expect(model.takeChanges().devices.size).toBe(0);
    expect(model.messages.leftOut).toBe(7);
    expect(model.groups.get("stadium")?.on).toBe(true);
    expect(model.rolesOf("a")).toEqual({ memberOf: ["stadium"], lightOf: [] });
    expect(model.rolesOf("b")).toEqual({ memberOf: [], lightOf: ["stadium"] });
    expect(model.rolesOf("c")).toEqual({ memberOf: [], lightOf: [] });
  });

  it("forgets a device that was removed, unless it has come back since", () => {
    const model = new Model();
    const message = { atMs: 1, topic: "a/telemetry", payload: "{}" };
    const devices = [view("a"), view("b")];
    model.apply("snapshot", snapshot({ devices, messages: [message] }), 0);
    model.follow("a");
    model.takeChanges();
    model.apply("changes", changes({ removed: ["a", "b"], devices: [view("b")] }), 0);
    expect([...model.devices.keys()]).toEqual(["b"]);
    expect(model.messages.list("a")).toEqual([]);
    expect(model.live).toBeUndefined();
    expect(model.takeChanges()).toMatchObject({ devices: new Set(["a", "b"]), roster: true });
  });

  it("knows that the broker is down", () => {
    const model = new Model();
    model.apply("snapshot", snapshot(), 0);
    model.apply("broker", { connected: false }, 0);
    expect(model.server?.brokerConnected).toBe(false);
    model.apply("preparing", { id: "a", step: "compiling" }, 0);
    expect(model.server?.preparing).toEqual({ id: "a", step: "compiling" });
    model.apply("preparing", null, 0);
    expect(model.server?.preparing).toBeNull();
  });

  it("knows which data the disk does not accept", () => {
    const model = new Model();
    model.apply("snapshot", snapshot(), 0);
    model.apply("disk", { unwritten: ["broker"] }, 0);
    expect(model.server?.unwritten).toEqual(["broker"]);
  });
});

describe("the last minutes of the opened device", () => {
  function followed(): Model {
    const model = new Model();
    model.apply("snapshot", snapshot({ devices: [view("a"), view("b")] }), 0);
    model.follow("a");
    return model;
  }
  const shown = ({ live }: Model) => live?.history.values;

  it("are the server's readings, and those that arrived during the request", () => {
    const model = followed();
    model.apply("changes", reading(1_000_000, { light: 3 }), 0);
    model.apply("changes", reading(1_001_000, { light: 4 }), 0);
    model.apply("changes", reading(1_001_000, { light: 99 }, "b"), 0);
    expect(shown(model)).toEqual([[3, 4]]);
    // The reading of value 3 is also part of the answer.
    model.live?.fill(answer([pointOf(998_000, 1), pointOf(999_000, 2), pointOf(1_000_000, 3)]));
    model.apply("changes", reading(1_002_000, { light: 5 }), 0);
    expect(shown(model)).toEqual([[1, 2, 3, 4, 5]]);
  });

  it("start now if the server does not answer", () => {
    const model = followed();
    model.apply("changes", reading(1_000_000, { light: 3 }), 0);
    model.live?.fill(undefined);
    model.apply("changes", reading(1_001_000, { light: 4 }), 0);
    expect(shown(model)).toEqual([[3, 4]]);
  });

  it("have a gap where the device was silent, or is offline now", () => {
    const model = followed();
    model.live?.fill(answer([pointOf(900_000, 1), pointOf(930_000, 2), pointOf(990_000, 3)]));
    expect(shown(model)).toEqual([[1, 2, null, 3]]);
    const offline = changes({ devices: [view("a", { online: false })] });
    model.apply("changes", offline, 0);
    model.apply("changes", offline, 0);
    model.apply("changes", reading(1_060_000, { light: 4 }), 0);
    expect(shown(model)).toEqual([[1, 2, null, 3, null, 4]]);
  });

  it("have the LED's states, and follow its changes", () => {
    const model = followed();
    model.live?.fill(
      answer([pointOf(900_000, 1, 1), pointOf(901_000, 2, 1), pointOf(902_000, 3, 0)]),
    );
    model.apply("changes", changes({ leds: [{ id: "a", atMs: 903_000, ledOn: true }] }), 0);
    expect(model.live?.history.ledSpans).toEqual([
      { fromMs: 900_000, toMs: 902_000 },
      { fromMs: 903_000 },
    ]);
  });

  it("have a line for each field of the rule, whatever field comes first in a message", () => {
    const rule = { ...loadConfig().rule, field: ["hall", "bedroom"] };
    const model = new Model();
    model.apply("snapshot", snapshot({ rule, devices: [view("a", { values: {} })] }), 0);
    model.follow("a");
    model.apply("changes", reading(1_000_000, { bedroom: 17, hall: 18 }), 0);
    expect(shown(model)).toEqual([[18], [17]]);
  });
});

describe("the history of a device", () => {
  it("inserts a late reading at its time", () => {
    const history = new ChartHistory(["light"]);
    for (const atMs of [1_000, 5_000, 3_000]) history.addReading(atMs, { light: atMs / 1_000 });
    expect(history.timesMs).toEqual([1_000, 3_000, 5_000]);
    expect(history.values).toEqual([[1, 3, 5]]);
  });

  it("drops readings older than the chart, except for the one that still applies", () => {
    const history = new ChartHistory(["light"]);
    history.addReading(0, { light: 100 });
    history.addReading(1_000, { light: 200 });
    history.setLed(0, true);
    history.setLed(500, false);
    history.addReading(HISTORY_MS + 2_000, { light: 300 });
    expect(history.values).toEqual([[200, 300]]);
    expect(history.ledSpans).toEqual([]);
  });

  it("has one band for an LED that stays on", () => {
    const history = new ChartHistory(["light"]);
    history.setLed(1, false);
    for (const atMs of [2, 3, 4]) history.setLed(atMs, true);
    history.setLed(5, false);
    history.setLed(6, true);
    expect(history.ledSpans).toEqual([{ fromMs: 2, toMs: 5 }, { fromMs: 6 }]);
  });
});

describe("the log of messages", () => {
  it("keeps the last messages, of all devices and of each", () => {
    const log = new RecentMessages();
    log.add({ atMs: 0, topic: "quiet/telemetry", payload: "{}" }, "quiet");
    for (let i = 0; i <= MESSAGES_SHOWN; i++)
      log.add({ atMs: i, topic: "chatty/telemetry", payload: String(i) }, "chatty");
    expect(log.list()).toHaveLength(MESSAGES_SHOWN);
    expect(log.list().at(-1)?.payload).toBe(String(MESSAGES_SHOWN));
    expect(log.list("quiet")).toHaveLength(1);
  });

  it("has a limit for devices: the one with the oldest last message is dropped first", () => {
    const log = new RecentMessages();
    for (let i = 0; i <= MESSAGES_KEPT; i++)
      log.add({ atMs: i, topic: `d${i}/telemetry`, payload: "{}" }, `d${i}`);
    expect(log.list("d0")).toEqual([]);
    expect(log.list("d1")).toHaveLength(1);
    expect(log.list(`d${MESSAGES_KEPT}`)).toHaveLength(1);
  });

  it("knows the progress of updates, and which devices are outdated", () => {
    const model = new Model();
    const none = { updates: [], removed: [], fleet: null, programs: {}, crashes: [] };
    const a = view("a", { state: { program: "11111111" } });
    const b = view("b", { state: { program: "11111111", board: "pico-w" } });
    const lesson = view("c");
    model.apply("snapshot", snapshot({ devices: [a, b, lesson] }), 0);
    model.takeChanges();
    const behind = () =>
      [a, b, lesson].filter((v) => model.updates.isOutdated(v)).map(({ id }) => id);
    expect(behind()).toEqual([]);
    const programs = { "": "11111111", "pico-w": "22222222" };
    model.apply("updates", { ...none, programs }, 0);
    expect(model.takeChanges().all).toBe(true);
    expect(behind()).toEqual(["b"]);
    expect(model.updates.programFor(lesson)).toBeUndefined();

    const update = { id: "b", step: "asked" as const, begunMs: 1, sinceMs: 1, lines: [] };
    const crash = { id: "a", atMs: 5, text: "watchdog" };
    model.apply("updates", { ...none, programs, updates: [update], crashes: [crash] }, 0);
    const { all, devices } = model.takeChanges();
    expect([all, [...devices].sort()]).toEqual([false, ["a", "b"]]);
    expect([model.updates.of("b"), model.updates.crashOf("a")]).toEqual([update, crash]);
    model.apply("updates", { ...none, programs, removed: ["b"] }, 0);
    expect([model.updates.of("b"), model.updates.crashOf("a")]).toEqual([undefined, undefined]);
  });
});
