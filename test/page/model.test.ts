import { describe, expect, it } from "vitest";
import type { DeviceView, GroupView, ReadingView, SnapshotView } from "../../server/api";
import { loadConfig } from "../../server/config";
import { HISTORY_MS, History } from "../../server/page/history";
import { MESSAGES_SHOWN, MessageLog } from "../../server/page/message-log";
import { Model } from "../../server/page/model";

const view = (id: string, change: Partial<DeviceView> = {}): DeviceView => ({
  id,
  online: true,
  simulated: false,
  light: 400,
  values: { light: 400 },
  ledOn: false,
  lastSeen: new Date(1_000_000).toISOString(),
  state: null,
  ...change,
});

const snapshot = (change: Partial<SnapshotView> = {}): SnapshotView => ({
  version: "1.0.0",
  broker: "mqtt://localhost:1883",
  brokerConnected: true,
  decides: true,
  nowMs: 1_000_000,
  rule: loadConfig().rule,
  groups: [],
  devices: [],
  readings: [],
  leds: [],
  messages: [],
  ...change,
});

const reading = (atMs: number, values: Record<string, number>): ReadingView => ({
  id: "a",
  atMs,
  values,
  ledOn: null,
});

describe("what the page knows", () => {
  it("goes by the server's clock, however wrong its own is", () => {
    const model = new Model();
    model.apply("snapshot", snapshot({ nowMs: 1_000_000 }), 400_000);
    expect(model.serverTimeMs(401_000)).toBe(1_001_000);
    model.apply("device", view("a", { ledOn: true }), 402_000);
    expect(model.devices.get("a")?.history.ledSpans).toEqual([{ fromMs: 1_002_000 }]);
  });

  it("forgets everything at a snapshot", () => {
    const model = new Model();
    const message = { atMs: 1, topic: "a/telemetry", payload: "{}" };
    model.apply("snapshot", snapshot({ devices: [view("a")], messages: [message] }), 0);
    expect(model.messages.list("a")).toHaveLength(1);
    model.apply("snapshot", snapshot({ devices: [view("b")] }), 0);
    expect([...model.devices.keys()]).toEqual(["b"]);
    expect(model.messages.list()).toEqual([]);
  });

  it("has the first reading of a device that is new", () => {
    const model = new Model();
    model.apply("snapshot", snapshot(), 0);
    model.apply("reading", reading(1_000_000, { light: 400 }), 0);
    model.apply("device", view("a"), 0);
    model.apply("reading", reading(1_002_000, { light: 410 }), 0);
    expect(model.devices.get("a")?.history.values).toEqual([[400, 410]]);
  });

  it("keeps a gap where a device was offline", () => {
    const model = new Model();
    model.apply("snapshot", snapshot({ devices: [view("a")] }), 0);
    model.apply("reading", reading(1_000_000, { light: 400 }), 0);
    model.apply("device", view("a", { online: false }), 0);
    model.apply("device", view("a", { online: false }), 0);
    model.apply("reading", reading(1_060_000, { light: 500 }), 0);
    expect(model.devices.get("a")?.history.values).toEqual([[400, null, 500]]);
  });

  it("has a line for each field of the rule, whichever comes first in a message", () => {
    const rule = { ...loadConfig().rule, field: ["hall", "bedroom"] };
    const model = new Model();
    const nothing = view("a", { values: {}, lastSeen: null });
    model.apply("snapshot", snapshot({ rule, devices: [nothing] }), 0);
    model.apply("reading", reading(1_000_000, { bedroom: 17, hall: 18 }), 0);
    expect(model.devices.get("a")?.history.values).toEqual([[18], [17]]);
  });

  it("tells what has changed since it was shown, and which groups a device is in", () => {
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
    model.apply("device", view("b"), 0);
    model.apply("group", { ...group, on: true }, 0);
    expect(model.takeChanges()).toEqual({
      all: false,
      devices: new Set(["b"]),
      groups: new Set(["stadium"]),
    });
    expect(model.takeChanges().devices.size).toBe(0);
    expect(model.groups.get("stadium")?.on).toBe(true);
    expect(model.rolesOf("a")).toEqual({ memberOf: ["stadium"], lightOf: [] });
    expect(model.rolesOf("b")).toEqual({ memberOf: [], lightOf: ["stadium"] });
    expect(model.rolesOf("c")).toEqual({ memberOf: [], lightOf: [] });
  });

  it("knows that the broker is away", () => {
    const model = new Model();
    model.apply("snapshot", snapshot(), 0);
    model.apply("broker", { connected: false }, 0);
    expect(model.server?.brokerConnected).toBe(false);
  });
});

describe("the history of a device", () => {
  it("puts a late reading where it belongs", () => {
    const history = new History(["light"]);
    for (const atMs of [1_000, 5_000, 3_000]) history.addReading(atMs, { light: atMs / 1_000 });
    expect(history.timesMs).toEqual([1_000, 3_000, 5_000]);
    expect(history.values).toEqual([[1, 3, 5]]);
  });

  it("forgets what is older than the chart, but for the reading that still held", () => {
    const history = new History(["light"]);
    history.addReading(0, { light: 100 });
    history.addReading(1_000, { light: 200 });
    history.setLed(0, true);
    history.setLed(500, false);
    history.addReading(HISTORY_MS + 2_000, { light: 300 });
    expect(history.values).toEqual([[200, 300]]);
    expect(history.ledSpans).toEqual([]);
  });

  it("has one stretch for an LED that stays on", () => {
    const history = new History(["light"]);
    history.setLed(1, false);
    for (const atMs of [2, 3, 4]) history.setLed(atMs, true);
    history.setLed(5, false);
    history.setLed(6, true);
    expect(history.ledSpans).toEqual([{ fromMs: 2, toMs: 5 }, { fromMs: 6 }]);
  });
});

describe("the log of messages", () => {
  it("keeps the last, of all devices and of each", () => {
    const log = new MessageLog();
    log.add({ atMs: 0, topic: "quiet/telemetry", payload: "{}" }, "quiet");
    for (let i = 0; i <= MESSAGES_SHOWN; i++)
      log.add({ atMs: i, topic: "chatty/telemetry", payload: String(i) }, "chatty");
    expect(log.list()).toHaveLength(MESSAGES_SHOWN);
    expect(log.list().at(-1)?.payload).toBe(String(MESSAGES_SHOWN));
    expect(log.list("quiet")).toHaveLength(1);
  });
});
