import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Devices } from "../../server/deciding/devices";
import type { ServerEvents } from "../../server/deciding/events";
import { UpdateKeys } from "../../server/setup/update-keys";
import { Updates } from "../../server/updates/updates";
import { hashOf, padded } from "../../server/updates/upload";
import type { DeviceView } from "../../src/common/api";
import { type Order, programName } from "../../src/common/update";
import type { Report } from "../../src/common/wire";
import { until } from "../support/until";

let dir: string;
let bus: EventEmitter<ServerEvents>;
let views: Map<string, DeviceView>;
let orders: { id: string; order: Order }[];
let boards: string[];
let said: string[];
let version: string;
let compileError: Error | undefined;
let orderError: Error | undefined;
let isLinked: boolean;
let nowMs: number;
/** Of the wall clock to the monotonic one. */
let aheadMs: number;
let started: Updates[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "nightlight-jobs-"));
  bus = new EventEmitter<ServerEvents>();
  bus.setMaxListeners(0);
  views = new Map();
  orders = [];
  boards = [];
  said = [];
  version = "0.2.0";
  compileError = undefined;
  orderError = undefined;
  isLinked = true;
  nowMs = 1_800_000_000_000;
  aheadMs = 0;
  started = [];
});

afterEach(() => {
  for (const updates of started) updates.stop();
  rmSync(dir, { recursive: true });
});

const programOf = (board: string) => Buffer.from(`program for ${board}`);
const DEBUG_INFO = JSON.stringify({
  functions: [{ name: "main", startpc: 0 }],
  sources: [{ path: "src/main.ts", length: 8, text: "one\ntwo\n" }],
  srcmap: [5, 1, 0],
});
const NOTHING = { updates: [], fleet: null, programs: {}, crashes: [] };
const NEW = programName(hashOf(padded(programOf(""))));

function start(): Updates {
  const updates = new Updates({
    dir,
    keys: new UpdateKeys(dir),
    bus,
    devices: {
      view: (id: string) => views.get(id),
      said: (id: string) => views.get(id),
      list: () => [...views.values()],
    } as unknown as Devices,
    clock: { wallMs: () => nowMs + aheadMs, monotonicMs: () => nowMs },
    log: (_source, text) => said.push(text),
    fw: () => version,
    compile: async (board) => {
      await Promise.resolve();
      boards.push(board);
      if (compileError) throw compileError;
      return programOf(board);
    },
    order: async (id, text) => {
      await Promise.resolve();
      const error = orderError;
      orderError = undefined;
      if (error) throw error;
      orders.push({ id, order: JSON.parse(text) as Order });
    },
    compiled: (board) =>
      boards.includes(board)
        ? { program: programOf(board), debugInfo: () => DEBUG_INFO }
        : undefined,
    isLinked: () => isLinked,
    address: () => "ws://*:8080",
  });
  started.push(updates);
  return updates;
}

/** What a device says. */
function says(id: string, state: Report | null, online = true): void {
  views.set(id, { id, online, state, stateHeardMs: nowMs + aheadMs } as DeviceView);
  bus.emit("device", id, true);
}

function addDevice(id: string, state: Report = { program: "old" }, online = true): void {
  new UpdateKeys(dir).ensure(id);
  says(id, state, online);
}

const stepOf = (updates: Updates, id: string) =>
  updates.view().updates.find((job) => job.id === id)?.step;
const isAsked = (updates: Updates, id: string) =>
  until(`${id} is asked`, () => stepOf(updates, id) === "asked" && orders.some((o) => o.id === id));

describe("updates", () => {
  it("compile for the board that the device names, and ask it, with a growing n", async () => {
    const updates = start();
    addDevice("a", { program: "old", board: "pico-w" });
    updates.begin("a", false);
    await isAsked(updates, "a");
    expect(boards).toEqual(["pico-w"]);
    expect(orders[0]?.order).toMatchObject({
      n: 1_800_000_000,
      do: "update",
      at: "ws://*:8080/wssk/a",
      board: "pico-w",
      hash: hashOf(padded(programOf("pico-w"))),
    });
    await updates.order("a", "report");
    await updates.order("a", "identify");
    expect(orders.map(({ order }) => order.n)).toEqual([
      1_800_000_000, 1_800_000_001, 1_800_000_002,
    ]);
  });

  it("ask again with a higher n if the clock was ahead, and nothing else knows by how much", async () => {
    const updates = start();
    const taken = 1_800_000_000 + 86_400;
    addDevice("a");
    updates.begin("a", false);
    await isAsked(updates, "a");
    const [first] = orders;
    says("a", {
      program: "old",
      refused: `${first?.order.n}: expected an n above ${taken}, got 1`,
    });
    await until("it is asked again", () => orders.length === 2);
    expect(orders[1]?.order.n).toBe(taken + 1);
    says("a", { program: "old", refused: `${taken + 1}: expected an n above ${taken + 5}, got 1` });
    expect(updates.view().updates[0]?.lines.at(-1)?.text).toMatch(
      /^refused by the device: expected/,
    );
    // Another server, that has forgotten all: by hand, too.
    rmSync(join(dir, "updates.json"), { force: true });
    expect(await start().order("a", "report")).toEqual({ n: taken + 6 });
  });

  it.each([-3_600_000, 86_400_000])(
    "take as long as they take if the clock is set by %i ms",
    async (byMs) => {
      const updates = start();
      addDevice("a");
      updates.begin("a", false);
      await isAsked(updates, "a");
      aheadMs = byMs;
      nowMs += 80_000;
      says("a", { program: "old" });
      expect(orders).toHaveLength(1);
      nowMs += 10_000;
      says("a", { program: "old" });
      await until("it is asked again, after 90 s", () => orders.length === 2);
      says("a", { program: NEW });
      expect(stepOf(updates, "a")).toBe("confirmed");
      expect(updates.view().updates[0]?.lines.at(-1)?.text).toMatch(/ after 90\.0 s$/);
    },
  );

  it("do not wait for a clock that was set back while the server was away", async () => {
    const updates = start();
    addDevice("a");
    updates.begin("a", false);
    await isAsked(updates, "a");
    updates.stop();
    aheadMs = -3_600_000;
    start();
    nowMs += 90_000;
    says("a", { program: "old" });
    await until("it is asked again", () => orders.length === 2);
  });

  it("are one if two people press at once", async () => {
    const updates = start();
    addDevice("a");
    expect(updates.begin("a", false).isJoined).toBe(false);
    expect(updates.begin("a", false).isJoined).toBe(true);
    await isAsked(updates, "a");
    expect(orders).toHaveLength(1);
  });

  it("have nothing to do if the device runs the program already", async () => {
    const updates = start();
    addDevice("a", { program: NEW });
    updates.begin("a", false);
    await until("it is over", () => stepOf(updates, "a") === "confirmed");
    expect(orders).toEqual([]);
  });

  it("go on where they were when the server is started again", async () => {
    const first = start();
    addDevice("a");
    addDevice("b", { program: "old" }, false);
    first.begin("a", false);
    first.begin("b", false);
    await isAsked(first, "a");
    first.stop();
    const second = start();
    expect([stepOf(second, "a"), stepOf(second, "b")]).toEqual(["asked", "waiting"]);
    nowMs += 1000;
    says("a", { program: NEW });
    expect(stepOf(second, "a")).toBe("confirmed");
    says("b", { program: "old" });
    await isAsked(second, "b");
    // Of programs, only those are kept that a job still needs, each with its places.
    expect(readdirSync(join(dir, "updates"))).toHaveLength(2);
  });

  it("of a bad release stop at the canary, and touch no other of 200 devices", async () => {
    const updates = start();
    const ids = Array.from({ length: 200 }, (_, i) => `lamp-${i}`);
    for (const id of ids) says(id, { program: "old" });
    // One key for all, as boards of one image have.
    new UpdateKeys(dir).ensure("lamp-*");
    expect(updates.beginFleet(ids, false).isJoined).toBe(false);
    expect(updates.beginFleet(ids, false).isJoined).toBe(true);
    await isAsked(updates, "lamp-0");
    says("lamp-0", { program: NEW, trial: true });
    nowMs += 1000;
    says("lamp-0", { program: "old", refused: `${orders[0]?.order.n ?? 0}: no space` });
    expect(updates.view().fleet).toMatchObject({
      step: "stopped",
      why: "lamp-0: refused by the device: no space",
    });
    expect(updates.view().updates).toHaveLength(1);
    expect(orders).toHaveLength(1);
  });

  it("of a good release reach all, those that are away when they come back", async () => {
    const updates = start();
    const ids = Array.from({ length: 12 }, (_, i) => `lamp-${i}`);
    for (const id of ids) addDevice(id, { program: "old" }, id !== "lamp-5");
    updates.beginFleet(ids, false);
    const confirm = async (id: string) => {
      await isAsked(updates, id);
      nowMs += 1000;
      says(id, { program: NEW });
    };
    for (const id of ids) if (id !== "lamp-5") await confirm(id);
    expect(updates.view().fleet).toMatchObject({ step: "done", wave: 3 });
    expect(stepOf(updates, "lamp-5")).toBe("waiting");
    says("lamp-5", { program: "old" });
    await confirm("lamp-5");
    expect(stepOf(updates, "lamp-5")).toBe("confirmed");
  });

  it.each([
    ["nobody", "no device nobody"],
    ["keyless", "keyless: takes no update, as this server has no update key for it"],
    ["older", "older: runs a program that takes no update over the network"],
  ])("of %s are refused: %s", async (id, why) => {
    const updates = start();
    says("keyless", { program: "old" });
    addDevice("older", { fw: "0.2.0" });
    expect(() => updates.begin(id, false)).toThrow(why);
    expect(() => updates.beginFleet([id], false)).toThrow(why);
    await expect(updates.order(id, "report")).rejects.toThrow(why);
    expect(updates.view()).toEqual(NOTHING);
  });

  it("leave out those that take none, and say why", () => {
    const updates = start();
    addDevice("a");
    says("lesson", null);
    const { fleet } = updates.beginFleet(["a", "lesson"], false);
    expect(fleet.waves).toEqual([["a"]]);
    expect(fleet.left).toEqual([expect.stringMatching(/^lesson: takes no update/)]);
  });

  it("are under way for some devices at a time", async () => {
    const updates = start();
    for (const id of ["a", "b", "c"]) addDevice(id);
    updates.beginFleet(["a", "b"], false);
    expect(updates.beginFleet(["b"], false).isJoined).toBe(true);
    expect(() => updates.beginFleet(["c"], false)).toThrow(
      "an update of other devices is under way",
    );
    await isAsked(updates, "a");
  });

  it("are not held up by a device that goes away before it is asked", async () => {
    const updates = start();
    for (const id of ["a", "b", "c"]) addDevice(id);
    updates.beginFleet(["a", "b", "c"], false);
    await isAsked(updates, "a");
    nowMs += 1000;
    // The first is confirmed, the second begun, and gone at once.
    says("a", { program: NEW });
    says("b", { program: "old" }, false);
    await isAsked(updates, "c");
    expect(stepOf(updates, "b")).toBe("waiting");
  });

  it("wait for the broker, and go on when it is back", async () => {
    const updates = start();
    addDevice("a");
    isLinked = false;
    updates.begin("a", false);
    expect(stepOf(updates, "a")).toBe("waiting");
    expect(boards).toEqual([]);
    await expect(updates.order("a", "report")).rejects.toThrow("the server has no broker");
    // It goes away again in the very moment of the order.
    orderError = new Error("connection closed");
    isLinked = true;
    says("a", { program: "old" });
    await until("it was tried", () => said.some((line) => line.includes("asked to come")));
    says("a", { program: "old" });
    await isAsked(updates, "a");
    expect(orders).toHaveLength(1);
  });

  it("can be called off: nobody is asked", async () => {
    const updates = start();
    addDevice("a");
    addDevice("b", { program: "old" }, false);
    expect(() => updates.cancel("a")).toThrow("a: has no update");
    updates.begin("a", false);
    // While its program is compiled.
    expect(updates.cancel("a").update.step).toBe("cancelled");
    await until("it was compiled", () => boards.length > 0);
    expect(() => updates.cancel("a")).toThrow("a: its update is over");
    expect(stepOf(updates, "a")).toBe("cancelled");
    expect(orders).toEqual([]);
    updates.begin("a", false);
    await isAsked(updates, "a");
    updates.cancel("a");
    expect(stepOf(updates, "a")).toBe("cancelled");
    expect(said.filter((line) => line.includes("called off"))).toHaveLength(2);
  });

  it("of several devices can be called off together, or one of them alone", async () => {
    const updates = start();
    for (const id of ["a", "b", "c"]) addDevice(id);
    expect(() => updates.cancelFleet(["a"])).toThrow("no update of several devices is under way");
    updates.beginFleet(["a", "b", "c"], false);
    await isAsked(updates, "a");
    // The next shows what the program is worth.
    updates.cancel("a");
    await isAsked(updates, "b");
    expect(updates.view().fleet).toMatchObject({ step: "going", waves: [["b"], ["c"]] });
    expect(() => updates.cancelFleet(["b"])).toThrow("is of c, too: call off all of it");
    expect(updates.cancelFleet(["a", "b", "c"]).fleet.step).toBe("cancelled");
    expect([stepOf(updates, "b"), stepOf(updates, "c")]).toEqual(["cancelled", undefined]);
  });

  it("say the version of the sources as they are now", async () => {
    const updates = start();
    addDevice("a");
    version = "0.1.9";
    updates.begin("a", false);
    await isAsked(updates, "a");
    expect(orders[0]?.order.fw).toBe("0.1.9");
  });

  it("say where a program died, once, and keep that", async () => {
    const first = start();
    addDevice("a");
    first.begin("a", false);
    await isAsked(first, "a");
    // Meanwhile the sources have changed: what was sent with the program still holds.
    boards = [];
    says("a", { program: NEW, trial: true });
    says("a", { program: NEW, crash: "panic 60005 at main_F0 (pc:1)" });
    says("a", { program: NEW, crash: "panic 60005 at main_F0 (pc:1)" });
    const crash = {
      id: "a",
      atMs: nowMs,
      text: "panic 60005 at main_F0 (pc:1)",
      place: "src/main.ts:2",
      program: NEW,
    };
    expect(first.view().crashes).toEqual([crash]);
    expect(said.filter((line) => line.includes("ended in a fault"))).toEqual([
      `a: its last run of program ${NEW} ended in a fault: ${crash.text}, src/main.ts:2`,
    ]);
    first.stop();
    expect(start().view().crashes).toEqual([crash]);
    bus.emit("removed", "a");
    expect(start().view().crashes).toEqual([]);
  });

  it("forget a device that is removed", () => {
    const updates = start();
    addDevice("a", { program: "old" }, false);
    addDevice("b", { program: "old" }, false);
    updates.beginFleet(["a", "b"], false);
    bus.emit("removed", "a");
    expect(updates.view().updates).toEqual([]);
    expect(updates.view().fleet?.waves.flat()).toEqual(["b"]);
  });

  it("go on with a full disk, and say so once", async () => {
    const updates = start();
    addDevice("a");
    addDevice("b", { program: "old" }, false);
    mkdirSync(join(dir, "updates.json"));
    updates.begin("a", false);
    updates.begin("b", false);
    await isAsked(updates, "a");
    expect(said.filter((line) => line.startsWith("Updates are not kept: "))).toHaveLength(1);
  });

  it("wait for the next start if the compiler was cut off", async () => {
    const updates = start();
    addDevice("a");
    compileError = new DOMException("The operation was aborted", "AbortError");
    updates.begin("a", false);
    await until("it was tried", () => boards.length > 0);
    expect(stepOf(updates, "a")).toBe("waiting");
  });

  it.each(["{", "null", '{"jobs":[null],"fleet":null}', '{"jobs":[{}],"fleet":null}'])(
    "begin again beside a file that says %s",
    (text) => {
      writeFileSync(join(dir, "updates.json"), text);
      expect(start().view()).toEqual(NOTHING);
      expect(said).toEqual([expect.stringMatching(/updates\.json: .*; set aside as .*damaged/)]);
    },
  );

  it("say which file of keys is broken", () => {
    writeFileSync(join(dir, "update-keys.json"), '{"a":"short"}');
    expect(() => new UpdateKeys(dir).of("a")).toThrow(
      /update-keys\.json: a: expected 64 of the digits 0-9 and a-f$/,
    );
  });
});

it("sends another Wi-Fi to no device that could not go back, nor its password to any ear", async () => {
  const updates = start();
  addDevice("desk-1");
  const wifi = { WIFI_SSID: "shed", WIFI_PWD: "good night" };
  const why =
    "desk-1: could not go back to the Wi-Fi that it has: only a Wio Terminal with this release's runtime can";
  await expect(updates.set("desk-1", wifi)).rejects.toThrow(why);
  says("desk-1", { program: "old", networks: 1 });
  await expect(updates.set("desk-1", wifi)).rejects.toThrow(why);
  expect(orders).toEqual([]);
  await updates.set("desk-1", { BROKER: "mqtt://lamp.lan:1883" });
  says("desk-1", { program: "old", networks: 2 });
  await updates.set("desk-1", wifi);
  expect(orders.map(({ order }) => order.do)).toEqual(["set", "set"]);
  expect(JSON.stringify([orders, said])).not.toMatch(/good night|shed/);
});
