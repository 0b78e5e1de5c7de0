import { describe, expect, it } from "vitest";
import { RUNTIME_LINES } from "../../../boards/log-lines";
import type { CallName } from "../../../boards/wio-terminal/emulator/coprocessor/calls";
import type { Fault } from "../../../boards/wio-terminal/emulator/coprocessor/faults";
import { lightOfRaw } from "../../../boards/wio-terminal/emulator/nightlight-board";
import { until } from "../../support/until";
import { neverRestarted, startBoard, untilWorking, withOneBoardAtATime } from "./faults";

withOneBoardAtATime();

describe("a coprocessor that misbehaves while the board talks to its broker", () => {
  it.each<[string, CallName, Fault]>([
    ["loses a reply with data", "receive", { kind: "lose" }],
    ["loses the reply to a send", "send", { kind: "lose" }],
    ["answers late", "receive", { kind: "delay", ms: 5000 }],
    ["answers too late", "receive", { kind: "delay", ms: 8000 }],
    ["corrupts a reply", "receive", { kind: "corrupt" }],
    ["answers twice", "send", { kind: "double" }],
    ["calls back before it answers", "receive", { kind: "callbackFirst" }],
    ["puts noise on the line", "errno", { kind: "garbageFirst" }],
    ["freezes", "receive", { kind: "freeze" }],
    ["restarts in the middle of a call", "send", { kind: "reset" }],
  ])("%s", async (_what, call, fault) => {
    const running = await startBoard();
    await untilWorking(running, 201);
    running.coprocessor.injectFault(call, fault);
    running.setLight(lightOfRaw(500));
    await until("the fault has happened", () => running.coprocessor.injectedFaults === 0);
    await untilWorking(running, 202);
    neverRestarted(running);
  });

  it("takes only a few bytes at a time", async () => {
    const running = await startBoard(({ coprocessor }) => (coprocessor.sockets.sendLimit = 7));
    await untilWorking(running, 203);
    running.coprocessor.sockets.sendLimit = Infinity;
    await untilWorking(running, 204);
    // All messages used one connection.
    expect(running.coprocessor.calls.filter((call) => call === "socket")).toHaveLength(1);
  });

  it("loses the Wi-Fi network for a while", async () => {
    const running = await startBoard();
    await untilWorking(running, 205);
    running.coprocessor.dropNetwork();
    await running.untilLogged(RUNTIME_LINES.wifi + RUNTIME_LINES.networkLost);
    await running.untilLogged(
      new RegExp(
        `${RUNTIME_LINES.socket}(${RUNTIME_LINES.connectionLost}|${RUNTIME_LINES.wifiLost})`,
      ),
    );
    running.coprocessor.station.inRange = true;
    await untilWorking(running, 206);
    neverRestarted(running);
  });

  it("does not know the broker's name for a while", async () => {
    const running = await startBoard(({ coprocessor }) => {
      coprocessor.injectFault("hostByName", { kind: "unknownHost" });
    }, "broker.home");
    await untilWorking(running, 207);
    await running.untilLogged(RUNTIME_LINES.socket + RUNTIME_LINES.hostNotFound);
  });
});
