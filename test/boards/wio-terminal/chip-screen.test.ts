import { afterEach, beforeEach, describe, it } from "vitest";
import { SCREEN_WORDS } from "../../../boards/log-lines";
import { EmulatedBoard } from "../../../boards/wio-terminal/emulator/emulated-board";
import { lightOfRaw } from "../../../boards/wio-terminal/emulator/nightlight-board";
import { Mosquitto } from "../../support/mosquitto";
import { type Started, startNightlight } from "../../support/nightlight";
import { type Color, type FONT, shows } from "./read-screen";

describe("the screen of the flashed board", () => {
  let broker: Mosquitto;
  let server: Started;
  let board: EmulatedBoard;

  beforeEach(async () => {
    broker = await Mosquitto.start();
    server = await startNightlight({ brokerUrl: broker.url, simulate: false });
    board = await EmulatedBoard.start({
      id: "kitchen",
      broker: broker.url,
      prepare: (wio) => (wio.light = lightOfRaw(652)),
    });
  });
  afterEach(async () => {
    await board.stop();
    await server.stop();
    await broker.stop();
  });

  async function untilShown(text: string, color: Color, font?: keyof typeof FONT): Promise<void> {
    const isThere = (): boolean => shows(board.wio.display.picture(), text, color, font);
    await board.until(`"${text}" on the screen`, isThere);
  }

  it("shows light, LED, network and errors", async () => {
    await untilShown("652", "text", "number");
    await untilShown(`${SCREEN_WORDS.offlineRule}below 300`, "quiet");
    await untilShown("kitchen", "text", "large");
    await untilShown(SCREEN_WORDS.off, "text", "large");
    await untilShown(SCREEN_WORDS.byServer, "quiet");
    await untilShown(`0${SCREEN_WORDS.waiting}`, "quiet");
    board.wio.light = lightOfRaw(100);
    await untilShown("100", "text", "number");
    await untilShown(SCREEN_WORDS.on, "lamp", "large");
    await board.until("the LED's pin", () => board.wio.led);

    board.wio.setButton("a", true);
    await untilShown(SCREEN_WORDS.byHand, "quiet");
    await untilShown(SCREEN_WORDS.off, "text", "large");
    await broker.kill();
    await untilShown(`${SCREEN_WORDS.broker}127.0.0.1: connection`, "problem");

    // The broker's host is down. The coprocessor's connect takes minutes, and the board keeps
    // working.
    board.wio.coprocessor.sockets.synsToLose = Infinity;
    await untilShown(`${SCREEN_WORDS.broker}127.0.0.1: ${SCREEN_WORDS.noAnswerFor}`, "problem");
    board.wio.setButton("a", false);
    board.wio.light = lightOfRaw(800);
    await untilShown("800", "text", "number");
    await untilShown(SCREEN_WORDS.byDevice, "quiet");
    await untilShown(SCREEN_WORDS.off, "text", "large");
    board.wio.setButton("a", true);
    await untilShown(SCREEN_WORDS.byHand, "quiet");
    await untilShown(SCREEN_WORDS.on, "lamp", "large");
  });
});
