import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeFleet, NEW, stepOf } from "../support/fake-fleet";

let site: FakeFleet;

beforeEach(() => {
  site = new FakeFleet();
});

afterEach(() => {
  site.end();
});

describe("an update of several devices", () => {
  it("stops a bad release at the canary, before the other 199 devices", async () => {
    const updates = site.start();
    const ids = Array.from({ length: 200 }, (_, i) => `lamp-${i}`);
    for (const id of ids) site.report(id, { program: "old" });
    // All devices share one key, as boards with one image do.
    site.keys.ensure("lamp-*");
    expect(updates.beginFleet(ids, false).isJoined).toBe(false);
    expect(updates.beginFleet(ids, false).isJoined).toBe(true);
    await site.untilAsked(updates, "lamp-0");
    site.report("lamp-0", { program: NEW, trial: true });
    site.nowMs += 1000;
    site.report("lamp-0", { program: "old", refused: `${site.orders[0]?.order.n ?? 0}: no space` });
    expect(updates.view().fleet).toMatchObject({
      step: "stopped",
      why: "lamp-0: refused by the device: no space",
    });
    expect(updates.view().updates).toHaveLength(1);
    expect(site.orders).toHaveLength(1);
  });

  it("brings a good release to all devices, also to one that is offline at first", async () => {
    const updates = site.start();
    const ids = Array.from({ length: 12 }, (_, i) => `lamp-${i}`);
    for (const id of ids) site.addDevice(id, { program: "old" }, id !== "lamp-5");
    updates.beginFleet(ids, false);
    const confirm = async (id: string) => {
      await site.untilAsked(updates, id);
      site.nowMs += 1000;
      site.report(id, { program: NEW });
    };
    for (const id of ids) if (id !== "lamp-5") await confirm(id);
    expect(updates.view().fleet).toMatchObject({ step: "done", wave: 3 });
    expect(stepOf(updates, "lamp-5")).toBe("waiting");
    site.report("lamp-5", { program: "old" });
    await confirm("lamp-5");
    expect(stepOf(updates, "lamp-5")).toBe("confirmed");
  });

  it("leaves out devices that take no update, and says why", () => {
    const updates = site.start();
    site.addDevice("a");
    site.report("lesson", null);
    const { fleet } = updates.beginFleet(["a", "lesson"], false);
    expect(fleet.waves).toEqual([["a"]]);
    expect(fleet.left).toEqual([expect.stringMatching(/^lesson: can't be updated/)]);
  });

  it("is refused while another one is under way", async () => {
    const updates = site.start();
    for (const id of ["a", "b", "c"]) site.addDevice(id);
    updates.beginFleet(["a", "b"], false);
    expect(updates.beginFleet(["b"], false).isJoined).toBe(true);
    expect(() => updates.beginFleet(["c"], false)).toThrow("an update of other devices is running");
    await site.untilAsked(updates, "a");
  });

  it("continues if a device goes offline before it is asked", async () => {
    const updates = site.start();
    for (const id of ["a", "b", "c"]) site.addDevice(id);
    updates.beginFleet(["a", "b", "c"], false);
    await site.untilAsked(updates, "a");
    site.nowMs += 1000;
    // The first device is confirmed. The second device's update begins, and the device goes offline
    // at once.
    site.report("a", { program: NEW });
    site.report("b", { program: "old" }, false);
    await site.untilAsked(updates, "c");
    expect(stepOf(updates, "b")).toBe("waiting");
  });

  it("can be cancelled for all devices, or for one", async () => {
    const updates = site.start();
    for (const id of ["a", "b", "c"]) site.addDevice(id);
    expect(() => updates.cancelFleet(["a"])).toThrow("no update of several devices is running");
    updates.beginFleet(["a", "b", "c"], false);
    await site.untilAsked(updates, "a");
    // After the canary's update is cancelled, the next device becomes the canary.
    updates.cancel("a");
    await site.untilAsked(updates, "b");
    expect(updates.view().fleet).toMatchObject({ step: "going", waves: [["b"], ["c"]] });
    expect(() => updates.cancelFleet(["b"])).toThrow("also includes c: cancel the whole update");
    expect(updates.cancelFleet(["a", "b", "c"]).fleet.step).toBe("cancelled");
    expect([stepOf(updates, "b"), stepOf(updates, "c")]).toEqual(["cancelled", undefined]);
  });

  it("forgets a device that is removed", () => {
    const updates = site.start();
    site.addDevice("a", { program: "old" }, false);
    site.addDevice("b", { program: "old" }, false);
    updates.beginFleet(["a", "b"], false);
    site.bus.emit("removed", "a");
    expect(updates.view().updates).toEqual([]);
    expect(updates.view().fleet?.waves.flat()).toEqual(["b"]);
  });
});
