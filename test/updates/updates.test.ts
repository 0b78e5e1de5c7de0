import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashOf, padProgram } from "../../server/updates/upload";
import { FakeFleet, NEW, NOTHING, programOf, stepOf } from "../support/fake-fleet";
import { until } from "../support/until";

let site: FakeFleet;

beforeEach(() => {
  site = new FakeFleet();
});

afterEach(() => {
  site.end();
});

describe("an update", () => {
  it("compiles for the device's board, and numbers its orders upwards", async () => {
    const updates = site.start();
    site.addDevice("a", { program: "old", board: "pico-w" });
    updates.begin("a", false);
    await site.untilAsked(updates, "a");
    expect(site.boards).toEqual(["pico-w"]);
    expect(site.orders[0]?.order).toMatchObject({
      n: 1_800_000_000,
      do: "update",
      at: "ws://*:8080/wssk/a",
      board: "pico-w",
      hash: hashOf(padProgram(programOf("pico-w"))),
    });
    await updates.order("a", "report");
    await updates.order("a", "identify");
    expect(site.orders.map(({ order }) => order.n)).toEqual([
      1_800_000_000, 1_800_000_001, 1_800_000_002,
    ]);
  });

  it("orders again above the device's own number if that is higher", async () => {
    const updates = site.start();
    const taken = 1_800_000_000 + 86_400;
    site.addDevice("a");
    updates.begin("a", false);
    await site.untilAsked(updates, "a");
    const [first] = site.orders;
    site.report("a", {
      program: "old",
      refused: `${first?.order.n}: expected an n above ${taken}, got 1`,
    });
    await until("it is asked again", () => site.orders.length === 2);
    expect(site.orders[1]?.order.n).toBe(taken + 1);
    site.report("a", {
      program: "old",
      refused: `${taken + 1}: expected an n above ${taken + 5}, got 1`,
    });
    expect(updates.view().updates[0]?.lines.at(-1)?.text).toMatch(
      /^refused by the device: expected/,
    );
    // After a restart, the file of jobs is missing, and a person gives the next order.
    rmSync(join(site.dir, "updates.json"), { force: true });
    expect(await site.start().order("a", "report")).toEqual({ n: taken + 6 });
  });

  it.each([-3_600_000, 86_400_000])(
    "keeps its deadline and its duration if the wall clock is set by %i ms",
    async (byMs) => {
      const updates = site.start();
      site.addDevice("a");
      updates.begin("a", false);
      await site.untilAsked(updates, "a");
      site.aheadMs = byMs;
      site.nowMs += 80_000;
      site.report("a", { program: "old" });
      expect(site.orders).toHaveLength(1);
      site.nowMs += 10_000;
      site.report("a", { program: "old" });
      await until("it is asked again, after 90 s", () => site.orders.length === 2);
      site.report("a", { program: NEW });
      expect(stepOf(updates, "a")).toBe("confirmed");
      expect(updates.view().updates[0]?.lines.at(-1)?.text).toMatch(/ after 90\.0 s$/);
    },
  );

  it("starts once if two people start it", async () => {
    const updates = site.start();
    site.addDevice("a");
    expect(updates.begin("a", false).isJoined).toBe(false);
    expect(updates.begin("a", false).isJoined).toBe(true);
    await site.untilAsked(updates, "a");
    expect(site.orders).toHaveLength(1);
  });

  it("is confirmed at once if the device already runs the program", async () => {
    const updates = site.start();
    site.addDevice("a", { program: NEW });
    updates.begin("a", false);
    await until("it is over", () => stepOf(updates, "a") === "confirmed");
    expect(site.orders).toEqual([]);
  });

  it.each([
    ["nobody", "no device nobody"],
    ["keyless", "keyless: can't be updated, because this server has no update key for it"],
    ["older", "older: runs a program that can't be updated over the network"],
  ])("of the device %s is refused: %s", async (id, why) => {
    const updates = site.start();
    site.report("keyless", { program: "old" });
    site.addDevice("older", { fw: "0.2.0" });
    expect(() => updates.begin(id, false)).toThrow(why);
    expect(() => updates.beginFleet([id], false)).toThrow(why);
    await expect(updates.order(id, "report")).rejects.toThrow(why);
    expect(updates.view()).toEqual(NOTHING);
  });

  it("waits for the broker, and continues once it is back", async () => {
    const updates = site.start();
    site.addDevice("a");
    site.isLinked = false;
    updates.begin("a", false);
    expect(stepOf(updates, "a")).toBe("waiting");
    expect(site.boards).toEqual([]);
    await expect(updates.order("a", "report")).rejects.toThrow(
      "the server is not connected to its broker",
    );
    // The connection to the broker breaks while the order is published.
    site.orderError = new Error("connection closed");
    site.isLinked = true;
    site.report("a", { program: "old" });
    await until("it was tried", () => site.said.some((line) => line.includes("asked to fetch")));
    site.report("a", { program: "old" });
    await site.untilAsked(updates, "a");
    expect(site.orders).toHaveLength(1);
  });

  it("can be cancelled before the device is asked, and afterwards", async () => {
    const updates = site.start();
    site.addDevice("a");
    site.addDevice("b", { program: "old" }, false);
    expect(() => updates.cancel("a")).toThrow("a: has no update");
    updates.begin("a", false);
    // The update is cancelled while the program is still being compiled.
    expect(updates.cancel("a").update.step).toBe("cancelled");
    await until("it was compiled", () => site.boards.length > 0);
    expect(() => updates.cancel("a")).toThrow("a: its update is over");
    expect(stepOf(updates, "a")).toBe("cancelled");
    expect(site.orders).toEqual([]);
    updates.begin("a", false);
    await site.untilAsked(updates, "a");
    updates.cancel("a");
    expect(stepOf(updates, "a")).toBe("cancelled");
    expect(site.said.filter((line) => line.includes("cancelled"))).toHaveLength(2);
  });

  it("sends the current version of the sources", async () => {
    const updates = site.start();
    site.addDevice("a");
    site.version = "0.1.9";
    updates.begin("a", false);
    await site.untilAsked(updates, "a");
    expect(site.orders[0]?.order.fw).toBe("0.1.9");
  });

  it("sends a new Wi-Fi only to devices that can go back, and logs no password", async () => {
    const updates = site.start();
    site.addDevice("desk-1");
    const wifi = { WIFI_SSID: "shed", WIFI_PWD: "good night" };
    const why =
      "desk-1: could not return to its present Wi-Fi if the new one fails: only a Wio Terminal with this release's runtime can";
    await expect(updates.set("desk-1", wifi)).rejects.toThrow(why);
    site.report("desk-1", { program: "old", networks: 1 });
    await expect(updates.set("desk-1", wifi)).rejects.toThrow(why);
    expect(site.orders).toEqual([]);
    await updates.set("desk-1", { BROKER: "mqtt://lamp.lan:1883" });
    site.report("desk-1", { program: "old", networks: 2 });
    await updates.set("desk-1", wifi);
    expect(site.orders.map(({ order }) => order.do)).toEqual(["set", "set"]);
    expect(JSON.stringify([site.orders, site.said])).not.toMatch(/good night|shed/);
  });
});
