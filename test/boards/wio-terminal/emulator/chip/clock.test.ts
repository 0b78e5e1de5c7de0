import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";

let clock: VirtualClock;
let called: string[];
beforeEach(() => {
  clock = new VirtualClock();
  called = [];
});

const call = (name: string) => (): void => {
  called.push(`${name} at ${clock.nowMicros}`);
};

describe("the chip's time", () => {
  it("calls back in order of time, and in order of the calls within the same moment", () => {
    clock.at(20, call("late"));
    clock.at(10, call("first"));
    clock.at(10, call("second"));
    expect(clock.nextMicros).toBe(10);
    clock.advanceTo(15);
    expect([called, clock.nowMicros]).toEqual([["first at 10", "second at 10"], 15]);
    clock.advanceTo(100);
    expect(called).toHaveLength(3);
    expect(clock.nextMicros).toBe(Infinity);
  });

  it("calls back immediately if the time is in the past, and never runs backwards", () => {
    clock.advanceTo(50);
    clock.at(10, call("past"));
    clock.advanceTo(20);
    expect(called).toEqual([]);
    clock.advanceTo(50);
    expect([called, clock.nowMicros]).toEqual([["past at 50"], 50]);
  });

  it("cancels a call, even between two that are due", () => {
    clock.at(10, () => cancel());
    const cancel = clock.at(10, call("cancelled"));
    clock.at(10, call("kept"));
    clock.advanceTo(10);
    expect(called).toEqual(["kept at 10"]);
  });

  it("advances with the instructions of a run, and reports new alarms to it", () => {
    const alarms: number[] = [];
    clock.advanceTo(100);
    clock.stretch = { micros: () => 7, onAlarm: (micros) => alarms.push(micros) };
    expect(clock.nowMicros).toBe(107);
    clock.at(110, call("soon"));
    clock.at(1, call("past"));
    expect(alarms).toEqual([10, 7]);
  });
});
