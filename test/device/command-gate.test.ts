import { describe, expect, it } from "vitest";
import { CommandGate } from "../../src/command-gate";

describe("the command gate", () => {
  it("always admits the lesson's commands", () => {
    const gate = new CommandGate(7, 0);
    expect([1, 2, 3].map(() => gate.admit({ led_on: true }))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("refuses answers that are older than the last applied one", () => {
    const gate = new CommandGate(7, 0);
    expect(gate.admit({ led_on: true, seq: 5, boot: 7 })).toBeUndefined();
    expect(gate.admit({ led_on: false, seq: 4, boot: 7 })).toMatch(/older/);
    expect(gate.admit({ led_on: true, seq: 5, boot: 7 })).toBeUndefined();
    expect(gate.admit({ led_on: true })).toBeUndefined();
    expect(gate.admit({ led_on: false, seq: 6, boot: 7 })).toBeUndefined();
  });

  it("refuses answers to an earlier run, however large their seq is", () => {
    const gate = new CommandGate(7, 0);
    expect(gate.admit({ led_on: true, seq: 5000, boot: 6 })).toMatch(/earlier run/);
    expect(gate.admit({ led_on: true, seq: 1, boot: 7 })).toBeUndefined();
  });

  it("admits ordered commands once, in the order of their ids, also after a restart", () => {
    const gate = new CommandGate(7, 3);
    expect(gate.admit({ led_on: true, id: 3 })).toBe("already carried out");
    expect(gate.admit({ led_on: true, id: 4 })).toBeUndefined();
    expect(gate.admit({ led_on: true, id: 4 })).toBe("already carried out");
    expect(gate.admit({ led_on: true, id: 9 })).toBeUndefined();
    expect(gate.lastId).toBe(9);
  });
});
