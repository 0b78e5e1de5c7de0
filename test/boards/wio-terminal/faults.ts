/**
 * Helpers for tests with a misbehaving coprocessor. The tests run one board at a time, and check
 * its readings.
 */
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { RUNTIME_LINES } from "../../../boards/log-lines";
import {
  lightOfRaw,
  startNightlightBoard,
} from "../../../boards/wio-terminal/emulator/nightlight-board";
import type { QemuBoard } from "../../../boards/wio-terminal/emulator/qemu-board";
import { topicOf } from "../../../src/common/wire";
import { Mosquitto } from "../../support/mosquitto";
import { until } from "../../support/until";
import { Witness } from "../../support/witness";

let broker: Mosquitto;
let witness: Witness;
let board: QemuBoard | undefined;
let boards = 0;

export function withOneBoardAtATime(): void {
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
}

/** @param host host name of the broker in the firmware's settings */
export async function startBoard(
  prepare?: (board: QemuBoard) => void,
  host = "127.0.0.1",
): Promise<QemuBoard> {
  boards += 1;
  const url = `mqtt://${host}:${broker.port}`;
  board = await startNightlightBoard({ id: `faulty-${boards}`, broker: url, prepare });
  return board;
}

/**
 * Checks that a new reading arrives: everything between sensor and broker works, and no old
 * connection is left over.
 */
export async function untilWorking(running: QemuBoard, raw: number): Promise<void> {
  running.setLight(lightOfRaw(raw));
  const topic = topicOf(`faulty-${boards}`, "telemetry");
  const arrived = (): boolean =>
    witness.payloads(topic).some((text) => (JSON.parse(text) as { light: number }).light === raw);
  await until(`a reading of ${raw}`, arrived).catch((error: unknown) => {
    const tail = running.log.slice(-25).join("\n  ");
    const calls = running.coprocessor.calls.slice(-20).join(" ");
    throw new Error(`${String(error)}; calls ${calls}; console:\n  ${tail}`);
  });
  expect(running.coprocessor.sockets.open).toBe(1);
}

/** Checks that no fault of the coprocessor has restarted the board itself. */
export function neverRestarted(running: QemuBoard): void {
  expect(running.log.filter((line) => line === RUNTIME_LINES.banner)).toHaveLength(1);
}
