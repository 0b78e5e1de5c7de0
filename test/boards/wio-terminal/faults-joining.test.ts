import { describe, expect, it } from "vitest";
import { RUNTIME_LINES } from "../../../boards/log-lines";
import type { CallName } from "../../../boards/wio-terminal/emulator/coprocessor/calls";
import type { Fault } from "../../../boards/wio-terminal/emulator/coprocessor/faults";
import type { QemuBoard } from "../../../boards/wio-terminal/emulator/qemu-board";
import { neverRestarted, startBoard, untilWorking, withOneBoardAtATime } from "./faults";

withOneBoardAtATime();

async function untilSurvived(call: CallName, faults: Fault[]): Promise<QemuBoard> {
  const running = await startBoard(({ coprocessor }) => {
    for (const fault of faults) coprocessor.injectFault(call, fault);
  }, "broker.home");
  await untilWorking(running, 111);
  expect(running.coprocessor.injectedFaults).toBe(0);
  neverRestarted(running);
  return running;
}

describe("a coprocessor that misbehaves while the board joins", () => {
  it.each<[string, CallName, Fault[], string | undefined]>([
    ["answers the probe late", "version", [{ kind: "delay", ms: 700 }], undefined],
    [
      "refuses the network twice",
      "wifiConnect",
      Array<Fault>(2).fill({ kind: "return", value: -1 }),
      RUNTIME_LINES.joinFailed,
    ],
    [
      "gets no address at first",
      "dhcpStart",
      [{ kind: "return", value: -1 }],
      RUNTIME_LINES.noDhcpAddress,
    ],
    ["calls back before it answers", "wifiConnect", [{ kind: "callbackFirst" }], undefined],
    ["answers twice", "adapterInit", [{ kind: "double" }], undefined],
    ["puts noise on the line", "wifiOn", [{ kind: "garbageFirst" }], undefined],
  ])("%s", async (_what, call, faults, told) => {
    const running = await untilSurvived(call, faults);
    if (told) await running.untilLogged(told);
  });

  it.each<[string, CallName, Fault[], string]>([
    ["is silent", "version", [{ kind: "freeze" }], RUNTIME_LINES.coprocessorSilent],
    ["does not answer once", "wifiDisconnect", [{ kind: "lose" }], RUNTIME_LINES.callUnanswered],
    ["restarts while it joins", "wifiConnect", [{ kind: "reset" }], RUNTIME_LINES.callUnanswered],
    [
      "refuses the network",
      "wifiConnect",
      Array<Fault>(4).fill({ kind: "return", value: -1 }),
      RUNTIME_LINES.joinFailed,
    ],
    [
      "knows no free socket",
      "socket",
      Array<Fault>(3).fill({ kind: "return", value: -1 }),
      RUNTIME_LINES.noSockets,
    ],
    [
      "finds no host",
      "hostByName",
      Array<Fault>(5).fill({ kind: "unknownHost" }),
      RUNTIME_LINES.nothingReachable,
    ],
  ])("%s, and has its power cut", async (_what, call, faults, told) => {
    const running = await untilSurvived(call, faults);
    await running.untilLogged(told);
    expect(running.coprocessor.powerUps).toBeGreaterThan(1);
  });

  it("reports that its firmware is too old", async () => {
    const running = await startBoard(({ coprocessor }) => (coprocessor.version = "2.0.9"));
    await running.untilLogged(
      `${RUNTIME_LINES.coprocessorFirmware}2.0.9${RUNTIME_LINES.firmwareTooOld}2.1.2`,
    );
    neverRestarted(running);
  });

  it("waits for a network that does not exist yet", async () => {
    const running = await startBoard(({ coprocessor }) => (coprocessor.station.inRange = false));
    await running.untilLogged(RUNTIME_LINES.joinFailed);
    running.coprocessor.station.inRange = true;
    await untilWorking(running, 112);
  });
});
