import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Devices } from "../../server/deciding/devices";
import type { ServerEvents } from "../../server/deciding/events";
import type { LedView, ReadingView } from "../../src/common/api";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);

describe("devices", () => {
  let nowMs: number;
  let wallMs: number;
  let bus: EventEmitter<ServerEvents>;
  let devices: Devices;
  let readings: ReadingView[];
  let leds: LedView[];
  const names = new Map([["named", "Hall"]]);

  const passes = (ms: number) => {
    nowMs += ms;
    wallMs += ms;
    devices.noticeSilence();
  };
  const read = (id: string, light: number, on?: boolean) =>
    devices.reading({ id, atMs: wallMs, values: { light } }, wallMs, on);
  const ids = () => devices.list().map(({ id }) => id);

  const make = () => {
    return new Devices(
      {
        isListed: (id) => id === "listed",
        nameOf: (id) => names.get(id),
        orderExpiresMs: 60_000,
        silenceMs: (id) => (id === "patient" ? Infinity : 30_000),
        clock: { monotonicMs: () => nowMs, wallMs: () => wallMs },
      },
      bus,
    );
  };

  beforeEach(() => {
    nowMs = 5_000;
    wallMs = START_MS;
    readings = [];
    leds = [];
    bus = new EventEmitter<ServerEvents>();
    devices = make();
    bus.on("reading", (reading) => readings.push(reading));
    bus.on("led", (led) => leds.push(led));
  });

  afterEach(() => devices.stop());

  it("are ours if they are listed, or have sent a reading, or report what the rule commands", () => {
    expect(ids()).toEqual([]);
    devices.status("listed", "offline", true);
    devices.status("kitchen-plug", "online", true);
    devices.commanded("kitchen-plug", true);
    devices.state("esp", { fw: "2026.1" }, undefined, false);
    expect(ids()).toEqual(["listed"]);
    expect(devices.has("kitchen-plug")).toBe(false);
    expect(devices.view("kitchen-plug")).toBeUndefined();
    expect(devices.count()).toEqual({ known: 1, online: 0 });

    read("sensor", 5);
    devices.state("lamp", { led_on: true }, true, true);
    devices.oldReading("attic", { light: 50 }, undefined);
    expect(ids()).toEqual(["listed", "sensor", "lamp", "attic"]);
  });

  it("show the latest measurement, even if an older reading arrives later", () => {
    read("pi", 700, false);
    passes(2_000);
    devices.reading({ id: "pi", atMs: wallMs - 60_000, values: { light: 20 } }, wallMs, true);
    expect(devices.view("pi")).toMatchObject({ light: 700, ledOn: false, online: true });
    expect(readings.at(-1)).toMatchObject({ values: { light: 20 }, ledOn: true });
    // By its age, this reading seems a second older than the shown one. It counts as newer, because
    // times in transit differ.
    devices.reading({ id: "pi", atMs: wallMs - 3_000, values: { light: 650 } }, wallMs, false);
    expect(devices.view("pi")).toMatchObject({ light: 650 });
    // Setting the wall clock back must not make new readings look old.
    wallMs -= HOUR_MS;
    read("pi", 30, true);
    expect(devices.view("pi")).toMatchObject({ light: 30, ledOn: true });
  });

  it("keep a status that a device reported before it was known as ours", () => {
    devices.status("a", "online", true);
    read("a", 5);
    expect(devices.statusOf("a")).toBe("online");
  });

  it("show their reported state, or the last command if they report none", () => {
    read("a", 5);
    expect(devices.view("a")?.ledOn).toBeNull();
    devices.commanded("a", true);
    devices.commanded("a", true);
    expect(devices.view("a")?.ledOn).toBe(true);
    expect(leds).toEqual([{ id: "a", atMs: wallMs, ledOn: true }]);
    // A command that matches neither side of the rule makes the LED state unknown, not "off".
    devices.commanded("a", undefined);
    expect(devices.view("a")?.ledOn).toBeNull();
    read("a", 5, false);
    devices.commanded("a", true);
    expect(devices.view("a")?.ledOn).toBe(false);
  });

  it("go offline after their limit, whatever their status says, and come back", () => {
    read("a", 5);
    devices.status("a", "online", false);
    passes(29_999);
    expect(devices.view("a")?.online).toBe(true);
    passes(1);
    expect(devices.view("a")).toMatchObject({ online: false, health: [{ why: "silent" }] });
    read("a", 5);
    expect(devices.view("a")).toMatchObject({ online: true, health: [] });
    devices.status("a", "offline", false);
    expect(devices.view("a")).toMatchObject({ online: false, health: [{ why: "said" }] });
    expect(devices.isAway("a")).toBe(true);
    // A device that sends messages is online.
    read("a", 5);
    expect(devices.view("a")).toMatchObject({ online: true, health: [] });
    expect(devices.isAway("a")).toBe(false);
    devices.status("a", "offline", true);
    expect(devices.isAway("a")).toBe(true);
  });

  it("are not offline because this process was delayed: pending sockets are read first", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setImmediate"] });
    devices.stop();
    const held = make();
    held.reading({ id: "a", atMs: wallMs, values: { light: 5 } }, wallMs, undefined);
    nowMs += 60_000;
    // In libuv's loop, timers run first, then sockets, then immediates.
    vi.advanceTimersToNextTimer();
    expect(held.view("a")?.online).toBe(true);
    held.reading({ id: "a", atMs: wallMs, values: { light: 5 } }, wallMs, undefined);
    vi.advanceTimersToNextTimer();
    expect(held.view("a")?.online).toBe(true);
    nowMs += 60_000;
    vi.advanceTimersByTime(1_000);
    expect(held.view("a")?.online).toBe(false);
    held.stop();
    vi.useRealTimers();
  });

  it("may have individual limits", () => {
    read("patient", 5);
    passes(1_000 * HOUR_MS);
    expect(devices.view("patient")?.online).toBe(true);
  });

  it("do not count as heard by retained messages: an old status expires, too", () => {
    devices.state("shed", { led_on: true }, true, true);
    devices.status("shed", "online", true);
    expect(devices.view("shed")).toMatchObject({ online: true, lastSeen: null });
    passes(30_000);
    expect(devices.view("shed")).toMatchObject({
      online: false,
      lastSeen: null,
      health: [{ why: "unheard" }],
    });
  });

  it("show a retained reading as old, until they report", () => {
    devices.oldReading("attic", { light: 50 }, undefined);
    expect(devices.view("attic")).toMatchObject({
      light: 50,
      valuesAreOld: true,
      online: false,
      lastSeen: null,
    });
    expect(readings).toEqual([]);
    read("attic", 60);
    expect(devices.view("attic")).toMatchObject({ light: 60, online: true });
    expect(devices.view("attic")?.valuesAreOld).toBeUndefined();
    devices.oldReading("attic", { light: 50 }, undefined);
    expect(devices.view("attic")?.light).toBe(60);
    expect(readings).toHaveLength(1);
  });

  it("do not depend on the wall clock", () => {
    read("a", 5);
    wallMs += 24 * HOUR_MS;
    devices.noticeSilence();
    expect(devices.view("a")?.online).toBe(true);
    wallMs -= 25 * HOUR_MS;
    passes(30_000);
    expect(devices.view("a")?.online).toBe(false);
  });

  it("count as seen even if their messages are dropped, which is counted", () => {
    read("a", 5);
    passes(30_000);
    devices.dropped("a", "telemetry", "light: missing", true);
    devices.dropped("a", "telemetry", "light: too much", true);
    expect(devices.view("a")).toMatchObject({
      online: true,
      lastSeen: new Date(wallMs).toISOString(),
      health: [{ about: "dropped", reason: "telemetry", count: 2, detail: "light: too much" }],
    });
    devices.dropped("stranger", "telemetry", "not JSON", true);
    expect(devices.view("stranger")).toBeUndefined();
  });

  it("have the name that a person gave them", () => {
    read("named", 5);
    read("a", 5);
    expect(devices.list().map(({ name }) => name)).toEqual(["Hall", undefined]);
  });

  it("are still simulated when they come back after a removal", () => {
    const simulated = { lightRaw: 5, ledOn: true };
    devices.addSimulated("a", simulated);
    devices.remove("a");
    expect(ids()).toEqual([]);
    read("a", 5);
    expect(devices.view("a")).toMatchObject({ simulated: true, ledOn: true });
    expect(devices.simulated("a")).toBe(simulated);
  });

  it("are unknown once they have been removed", () => {
    read("a", 5);
    devices.status("a", "offline", false);
    devices.remove("a");
    devices.remove("nobody");
    expect(devices.view("a")).toBeUndefined();
    expect(ids()).toEqual([]);
    read("a", 6);
    expect(devices.view("a")).toMatchObject({ light: 6, online: true, health: [] });
    expect(devices.statusOf("a")).toBeUndefined();
  });

  it("do not appear when their retained messages are cleared", () => {
    devices.status("listed", undefined, true);
    devices.state("listed", undefined, undefined, true);
    expect(ids()).toEqual([]);
  });

  it("lose a status and a state that were cleared", () => {
    devices.state("a", { led_on: true, fw: "1" }, true, true);
    devices.status("a", "offline", true);
    devices.status("a", undefined, false);
    expect(devices.view("a")).not.toHaveProperty("stateHeardMs");
    devices.state("a", { led_on: true, fw: "1" }, true, false);
    expect(devices.view("a")?.stateHeardMs).toEqual(expect.any(Number));
    devices.state("a", undefined, undefined, false);
    expect(devices.view("a")).not.toHaveProperty("stateHeardMs");
    expect(devices.statusOf("a")).toBeUndefined();
    expect(devices.view("a")?.state).toBeNull();
  });
});
