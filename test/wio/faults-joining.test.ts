import { describe, expect, it } from "vitest";
import type { CallName, Fault } from "./coprocessor/coprocessor";
import { neverRestarted, startBoard, withOneBoardAtATime, works } from "./faults";

withOneBoardAtATime();

describe("a coprocessor that misbehaves while the board joins", () => {
  it.each<[string, CallName, Fault[], RegExp | undefined]>([
    ["answers the probe late", "version", [{ kind: "delay", ms: 700 }], undefined],
    ["is silent until its power was cut", "version", [{ kind: "freeze" }], /coprocessor is silent/],
    [
      "refuses the network twice",
      "wifiConnect",
      Array<Fault>(2).fill({ kind: "return", value: -1 }),
      /cannot join/,
    ],
    [
      "refuses the network until its power was cut",
      "wifiConnect",
      Array<Fault>(4).fill({ kind: "return", value: -1 }),
      /cannot join/,
    ],
    ["does not answer once", "wifiDisconnect", [{ kind: "lose" }], /does not answer/],
    [
      "gets no address at first",
      "dhcpStart",
      [{ kind: "return", value: -1 }],
      /no address from DHCP/,
    ],
    ["calls back before it answers", "wifiConnect", [{ kind: "callbackFirst" }], undefined],
    ["answers twice", "adapterInit", [{ kind: "double" }], undefined],
    ["puts noise on the line", "wifiOn", [{ kind: "garbageFirst" }], undefined],
    ["restarts while it joins", "wifiConnect", [{ kind: "reset" }], undefined],
    [
      "knows no free socket until its power was cut",
      "socket",
      Array<Fault>(3).fill({ kind: "return", value: -1 }),
      /sockets are all taken/,
    ],
  ])("%s", { timeout: 90_000 }, async (_what, call, faults, told) => {
    const running = await startBoard(({ coprocessor }) => {
      for (const fault of faults) coprocessor.order(call, fault);
    });
    await works(running, 111);
    expect(running.coprocessor.pendingFaults).toBe(0);
    if (told) await running.logged(told);
    neverRestarted(running);
  });

  it("that reaches nothing is cut from power", { timeout: 90_000 }, async () => {
    const running = await startBoard(({ coprocessor }) => {
      for (let i = 0; i < 5; i++) coprocessor.order("hostByName", { kind: "unknownHost" });
    }, "broker.home");
    await running.logged("wifi: nothing can be reached", { ms: 60_000 });
    await works(running, 113);
    expect(running.coprocessor.powerUps).toBe(2);
    neverRestarted(running);
  });

  it("says that its firmware is too old", async () => {
    const running = await startBoard(({ coprocessor }) => (coprocessor.version = "2.0.9"));
    await running.logged("wifi: coprocessor firmware 2.0.9 is too old: needs 2.1.2");
    neverRestarted(running);
  });

  it("waits for a network that is not there", { timeout: 90_000 }, async () => {
    const running = await startBoard(({ coprocessor }) => (coprocessor.inRange = false));
    await running.logged("cannot join");
    running.coprocessor.inRange = true;
    await works(running, 112);
  });
});
