import { describe, expect, it } from "vitest";
import { commandOf } from "../../server/deciding/command";
import { CommandState } from "../../server/deciding/command-state";
import type { ServerRule } from "../../src/common/server-rule";

const rule: ServerRule = {
  field: "light",
  combine: "min",
  comparison: "below",
  value: 300,
  hysteresis: 0,
  minChangeMs: 0,
  on: { led_on: true },
  off: { led_on: false },
};
const on = commandOf(rule, { led_on: true });
const off = commandOf(rule, { led_on: false });

/** A time at which both clocks have the same value. */
const at = (ms: number) => ({ wallMs: ms, monotonicMs: ms });

describe("a command", () => {
  it("tells which side of the rule it is on, or that it is on neither", () => {
    const heating = { ...rule, on: { setpoint: 21 }, off: { setpoint: 16 } };
    expect([21, 16, 18].map((setpoint) => commandOf(heating, { setpoint }).on)).toEqual([
      true,
      false,
      undefined,
    ]);
  });
});

describe("the state of commands", () => {
  const latest = () => new CommandState({ delivery: {}, expiresMs: 1000 });
  const ordered = () => new CommandState({ delivery: { led_on: "ordered" }, expiresMs: 1500 });

  it("depends on the fields of the command", () => {
    expect(latest().isOrdered(on)).toBe(false);
    expect(ordered().isOrdered(on)).toBe(true);
    expect(ordered().isOrdered(commandOf(rule, { volume: 3 }))).toBe(false);
  });

  it("treats a value as new if it differs from the desired one", () => {
    const commandState = latest();
    expect(commandState.desire("a", on)).toBe(true);
    expect(commandState.desire("a", commandOf(rule, { led_on: true }))).toBe(false);
    expect(commandState.desire("b", on)).toBe(true);
    expect(commandState.desire("a", off)).toBe(true);
    expect(commandState.desiredOf("a")).toBe(off);
    expect(commandState.desiredOf("b")).toBe(on);
    expect(commandState.desiredOf("c")).toBeUndefined();
  });

  it("forgets desired states that were withdrawn, and removed devices", () => {
    const commandState = ordered();
    for (const id of ["a", "b"]) {
      commandState.desire(id, on);
      commandState.keep(id);
      commandState.ordered(id, on, at(5000));
    }
    commandState.forget("a");
    expect([commandState.desiredOf("a"), commandState.isKept("a")]).toEqual([undefined, false]);
    expect(commandState.waitsSince("a")).toEqual(at(5000));
    commandState.forgetDevice("a");
    expect(commandState.waitsSince("a")).toBeUndefined();
    // After a device is forgotten, its command ids may begin again, because it has not reported any
    // id yet.
    expect(commandState.ordered("a", on, at(7))?.command.fields.id).toBe(7);
    expect([commandState.desiredOf("b"), commandState.isKept("b")]).toEqual([on, true]);
    expect(commandState.ordered("b", on, at(7))?.command.fields.id).toBe(5001);
  });

  it("knows for which devices the broker retains a desired state", () => {
    const commandState = latest();
    commandState.keep("a");
    expect(commandState.isKept("a")).toBe(true);
    expect(commandState.isKept("b")).toBe(false);
  });

  it("gives an ordered command an id, and an expiry time", () => {
    const { command, expiryS } = ordered().ordered("a", on, at(5000)) ?? never();
    expect(command.fields).toEqual({ led_on: true, id: 5000, expires_at: 6500 });
    expect(JSON.parse(command.text)).toEqual(command.fields);
    expect(command.on).toBe(true);
    expect(expiryS).toBe(2);
  });

  it("counts on within a millisecond, for each device separately", () => {
    const commandState = ordered();
    const ids = ["a", "a", "b", "a"].map(
      (id) => commandState.ordered(id, on, at(5000))?.command.fields["id"],
    );
    expect(ids).toEqual([5000, 5001, 5000, 5002]);
  });
});

describe("ids of ordered commands", () => {
  const DAY_MS = 86_400_000;
  const start = () => new CommandState({ delivery: { led_on: "ordered" }, expiresMs: 60_000 });
  const idOf = (commandState: CommandState, nowMs: number) =>
    commandState.ordered("a", on, at(nowMs))?.command.fields["id"];

  it("continue from the device's last command, even if the clock was set back", () => {
    const commandState = start();
    expect(commandState.done("a", DAY_MS, 5000)).toEqual([]);
    expect(idOf(commandState, 5000)).toBe(DAY_MS + 1);
    expect(idOf(commandState, 5001)).toBe(DAY_MS + 2);
  });

  it("continue from those of other servers", () => {
    const commandState = start();
    commandState.heard("a", DAY_MS);
    commandState.heard("a", 7);
    expect(idOf(commandState, 5000)).toBe(DAY_MS + 1);
  });

  it("that a device must have refused are found, together with their commands", () => {
    const commandState = start();
    commandState.ordered("a", on, at(5000));
    commandState.ordered("a", off, at(5001));
    expect(commandState.done("a", DAY_MS, 6000)).toEqual([on, off]);
    expect(commandState.done("a", DAY_MS, 6000)).toEqual([]);
    expect(idOf(commandState, 6000)).toBe(DAY_MS + 1);
  });

  it("do not count as refused once the device has done them, nor after expiry", () => {
    const commandState = start();
    commandState.ordered("a", on, at(5000));
    expect(commandState.done("a", 5000, 5500)).toEqual([]);
    expect(commandState.done("a", DAY_MS, 6000)).toEqual([]);
    commandState.ordered("a", on, at(6000));
    expect(commandState.done("a", 2 * DAY_MS, 66_001)).toEqual([]);
  });

  it("expire on time, whatever the wall clock does", () => {
    const commandState = start();
    commandState.ordered("a", on, { wallMs: 10 * DAY_MS, monotonicMs: 5000 });
    expect(commandState.waitsSince("a")).toEqual({ wallMs: 10 * DAY_MS, monotonicMs: 5000 });
    expect(commandState.done("a", 20 * DAY_MS, 65_001)).toEqual([]);
    commandState.ordered("a", on, { wallMs: DAY_MS, monotonicMs: 70_000 });
    expect(commandState.done("a", 30 * DAY_MS, 75_000)).toEqual([on]);
    expect(commandState.waitsSince("a")).toBeUndefined();
  });

  it("are exhausted at some point, which is reported instead of sending refused commands", () => {
    const commandState = start();
    commandState.done("a", Number.MAX_SAFE_INTEGER, 5000);
    expect(commandState.ordered("a", on, at(5000))).toBeUndefined();
  });
});

function never(): never {
  throw new Error("no command");
}
