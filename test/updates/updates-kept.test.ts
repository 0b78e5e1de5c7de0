import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UpdateKeys } from "../../server/setup/update-keys";
import { FakeFleet, NEW, NOTHING, stepOf } from "../support/fake-fleet";
import { until } from "../support/until";

let site: FakeFleet;

beforeEach(() => {
  site = new FakeFleet();
});

afterEach(() => {
  site.end();
});

describe("updates that are kept in a file", () => {
  it("continues where it was after a restart of the server", async () => {
    const first = site.start();
    site.addDevice("a");
    site.addDevice("b", { program: "old" }, false);
    first.begin("a", false);
    first.begin("b", false);
    await site.untilAsked(first, "a");
    first.stop();
    const second = site.start();
    expect([stepOf(second, "a"), stepOf(second, "b")]).toEqual(["asked", "waiting"]);
    site.nowMs += 1000;
    site.report("a", { program: NEW });
    expect(stepOf(second, "a")).toBe("confirmed");
    site.report("b", { program: "old" });
    await site.untilAsked(second, "b");
    // The two files are a program that a job still needs, and its debug information.
    expect(readdirSync(join(site.dir, "updates"))).toHaveLength(2);
  });

  it("keeps its deadline if the wall clock was set back while the server was down", async () => {
    const updates = site.start();
    site.addDevice("a");
    updates.begin("a", false);
    await site.untilAsked(updates, "a");
    updates.stop();
    site.aheadMs = -3_600_000;
    site.start();
    site.nowMs += 90_000;
    site.report("a", { program: "old" });
    await until("it is asked again", () => site.orders.length === 2);
  });

  it("logs the place of a crash once, and keeps it", async () => {
    const first = site.start();
    site.addDevice("a");
    first.begin("a", false);
    await site.untilAsked(first, "a");
    // The sources have changed since, but the debug information of the running program must be
    // used.
    site.boards = [];
    site.report("a", { program: NEW, trial: true });
    site.report("a", { program: NEW, crash: "panic 60005 at main_F0 (pc:1)" });
    site.report("a", { program: NEW, crash: "panic 60005 at main_F0 (pc:1)" });
    const crash = {
      id: "a",
      atMs: site.nowMs,
      text: "panic 60005 at main_F0 (pc:1)",
      place: "src/main.ts:2",
      program: NEW,
    };
    expect(first.view().crashes).toEqual([crash]);
    expect(site.said.filter((line) => line.includes(" crashed:"))).toEqual([
      `a: its last run of program ${NEW} crashed: ${crash.text}, src/main.ts:2`,
    ]);
    first.stop();
    expect(site.start().view().crashes).toEqual([crash]);
    site.bus.emit("removed", "a");
    expect(site.start().view().crashes).toEqual([]);
  });

  it("continues with a full disk, and logs that once", async () => {
    const updates = site.start();
    site.addDevice("a");
    site.addDevice("b", { program: "old" }, false);
    mkdirSync(join(site.dir, "updates.json"));
    updates.begin("a", false);
    updates.begin("b", false);
    await site.untilAsked(updates, "a");
    expect(site.said.filter((line) => line.startsWith("Updates are not saved: "))).toHaveLength(1);
  });

  it("waits for the next start if the compiler was aborted", async () => {
    const updates = site.start();
    site.addDevice("a");
    site.compileError = new DOMException("The operation was aborted", "AbortError");
    updates.begin("a", false);
    await until("it was tried", () => site.boards.length > 0);
    expect(stepOf(updates, "a")).toBe("waiting");
  });

  it.each(["{", "null", '{"jobs":[null],"fleet":null}', '{"jobs":[{}],"fleet":null}'])(
    "starts empty and sets the file aside if it contains %s",
    (text) => {
      writeFileSync(join(site.dir, "updates.json"), text);
      expect(site.start().view()).toEqual(NOTHING);
      expect(site.said).toEqual([expect.stringMatching(/updates\.json: .*; renamed to .*damaged/)]);
    },
  );

  it("names the file of keys that is damaged", () => {
    writeFileSync(join(site.dir, "update-keys.json"), '{"a":"short"}');
    expect(() => new UpdateKeys(site.dir).of("a")).toThrow(
      /update-keys\.json: a: expected 64 of the digits 0-9 and a-f$/,
    );
  });
});
