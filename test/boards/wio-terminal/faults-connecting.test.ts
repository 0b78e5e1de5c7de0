import { expect, it } from "vitest";
import { PROGRAM_LINES, RUNTIME_LINES } from "../../../boards/log-lines";
import { lightOfRaw } from "../../../boards/wio-terminal/emulator/nightlight-board";
import { until } from "../../support/until";
import { neverRestarted, startBoard, untilWorking, withOneBoardAtATime } from "./faults";

withOneBoardAtATime();

it("waits for a connect whose first packet is lost, without a power cut", async () => {
  const running = await startBoard(({ coprocessor }) => (coprocessor.sockets.synsToLose = 1));
  await untilWorking(running, 301);
  expect(running.coprocessor.calls.filter((call) => call === "connect")).toHaveLength(1);
  expect(running.coprocessor.powerUps).toBe(1);
});

it("resumes a connect that its program has given up", async () => {
  const running = await startBoard(({ coprocessor }) => (coprocessor.sockets.synsToLose = 3));
  await running.untilLogged(RUNTIME_LINES.socket + RUNTIME_LINES.connectionTimedOut);
  await untilWorking(running, 302);
  expect(running.coprocessor.powerUps).toBe(1);
  neverRestarted(running);
});

it("decides alone while the broker's host is down, and cuts the coprocessor's power once", async () => {
  const running = await startBoard();
  const { coprocessor } = running;
  await untilWorking(running, 303);
  coprocessor.sockets.synsToLose = Infinity;
  coprocessor.sockets.abort();
  await until("the connect waits", () => coprocessor.waits.isWaiting);
  running.setLight(lightOfRaw(42));
  await running.untilLogged(`> ${PROGRAM_LINES.alone}`);
  await until("the LED is on", () => running.led === 65535);
  running.setLight(lightOfRaw(900));
  await until("the LED is off", () => running.led === 0);
  const cut = await running.untilLogged(RUNTIME_LINES.hostSilent + RUNTIME_LINES.retrying);
  // All of this happened during a single connect, which takes 25 s of the board's time. The board
  // decides alone after 10 s.
  expect(running.log.indexOf(`> ${PROGRAM_LINES.alone}`)).toBeLessThan(running.log.indexOf(cut));
  await until("another connect waits", () => coprocessor.waits.isWaiting);
  coprocessor.sockets.synsToLose = 0;
  await untilWorking(running, 304);
  expect(coprocessor.powerUps).toBe(2);
  neverRestarted(running);
});
