import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { telemetryTopic } from "../../src/wire";
import { Mosquitto } from "../support/mosquitto";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import type { CallName, Fault } from "./coprocessor/coprocessor";
import type { EmulatedBoard } from "./emulated-board";
import { lightOfRaw, startNightlightBoard } from "./nightlight-board";

let broker: Mosquitto;
let witness: Witness;
let board: EmulatedBoard | undefined;
let boards = 0;

beforeAll(async () => {
  broker = await Mosquitto.start();
  witness = await Witness.connect(broker.url);
});
afterEach(async () => {
  await board?.stop();
  board = undefined;
});
afterAll(async () => {
  await witness.stop();
  await broker.stop();
});

const start = async (prepare?: (board: EmulatedBoard) => void): Promise<EmulatedBoard> => {
  boards += 1;
  board = await startNightlightBoard({ id: `faulty-${boards}`, broker: broker.url, prepare });
  return board;
};

/** A reading that was taken just now arrives: all that lies between sensor and broker works. */
async function works(running: EmulatedBoard, raw: number): Promise<void> {
  running.setLight(lightOfRaw(raw));
  await until(
    `a reading of ${raw}`,
    () =>
      witness
        .payloads(telemetryTopic(`faulty-${boards}`))
        .some((payload) => (JSON.parse(payload) as { light: number }).light === raw),
    45_000,
  ).catch((error: unknown) => {
    const tail = running.log.slice(-25).join("\n  ");
    const calls = running.coprocessor.calls.slice(-20).join(" ");
    throw new Error(`${String(error)}; calls ${calls}; console:\n  ${tail}`);
  });
}

const bootsOf = (running: EmulatedBoard): number =>
  running.log.filter((line) => line === "Nightlight on the Wio Terminal").length;

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
      "gets no address at first",
      "dhcpStart",
      [{ kind: "return", value: -1 }],
      /no address from DHCP/,
    ],
    ["calls back before it answers", "wifiConnect", [{ kind: "callbackFirst" }], undefined],
    ["answers twice", "adapterInit", [{ kind: "double" }], undefined],
    ["puts noise on the line", "wifiOn", [{ kind: "garbageFirst" }], undefined],
    ["restarts while it joins", "wifiConnect", [{ kind: "reset" }], undefined],
    ["knows no free socket at first", "socket", [{ kind: "return", value: -1 }], /no free socket/],
  ])("%s", { timeout: 90_000 }, async (_what, call, faults, told) => {
    const running = await start(({ coprocessor }) => {
      for (const fault of faults) coprocessor.order(call, fault);
    });
    await works(running, 111);
    expect(running.coprocessor.pendingFaults).toBe(0);
    if (told) await running.logged(told);
    expect(bootsOf(running)).toBe(1);
  });

  it("waits for a network that is not there", { timeout: 90_000 }, async () => {
    const running = await start(({ coprocessor }) => (coprocessor.inRange = false));
    await running.logged("cannot join");
    running.coprocessor.inRange = true;
    await works(running, 112);
  });
});

describe("a coprocessor that misbehaves while the board talks to its broker", () => {
  it.each<[string, CallName, Fault]>([
    ["loses a reply with data", "receive", { kind: "lose" }],
    ["loses the reply to a send", "send", { kind: "lose" }],
    ["answers late", "receive", { kind: "delay", ms: 1500 }],
    ["answers too late", "receive", { kind: "delay", ms: 4000 }],
    ["corrupts a reply", "receive", { kind: "corrupt" }],
    ["answers twice", "send", { kind: "double" }],
    ["calls back before it answers", "receive", { kind: "callbackFirst" }],
    ["puts noise on the line", "errno", { kind: "garbageFirst" }],
    ["freezes", "receive", { kind: "freeze" }],
    ["restarts in the middle of a call", "send", { kind: "reset" }],
  ])("%s", { timeout: 90_000 }, async (_what, call, fault) => {
    const running = await start();
    await works(running, 201);
    running.coprocessor.order(call, fault);
    running.setLight(lightOfRaw(500));
    await until("the fault has happened", () => running.coprocessor.pendingFaults === 0);
    await works(running, 202);
    expect(bootsOf(running)).toBe(1);
  });

  it("takes only a few bytes at a time", async () => {
    const running = await start(({ coprocessor }) => (coprocessor.sockets.sendLimit = 7));
    await works(running, 203);
    running.coprocessor.sockets.sendLimit = Infinity;
    await works(running, 204);
    expect(running.log.some((line) => line.includes("Disconnected"))).toBe(false);
  });

  it("loses the Wi-Fi network for a while", { timeout: 120_000 }, async () => {
    const running = await start();
    await works(running, 205);
    running.coprocessor.dropNetwork();
    await running.logged("wifi: network lost", { ms: 30_000 });
    await running.logged("Disconnected");
    running.coprocessor.inRange = true;
    await works(running, 206);
    expect(bootsOf(running)).toBe(1);
  });

  it("does not know the broker's name for a while", { timeout: 90_000 }, async () => {
    boards += 1;
    board = await startNightlightBoard({
      id: `faulty-${boards}`,
      broker: `mqtt://broker.home:${broker.port}`,
      prepare: ({ coprocessor }) => coprocessor.order("hostByName", { kind: "unknownHost" }),
    });
    await works(board, 207);
    await board.logged("socket: no such host");
  });
});
