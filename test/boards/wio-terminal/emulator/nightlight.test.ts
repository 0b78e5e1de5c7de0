import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { RUNTIME_LINES } from "../../../../boards/log-lines";
import { EmulatedBoard } from "../../../../boards/wio-terminal/emulator/emulated-board";
import { lightOfRaw } from "../../../../boards/wio-terminal/emulator/nightlight-board";
import { topicOf } from "../../../../src/common/wire";
import { Mosquitto } from "../../../support/mosquitto";
import { type Started, startNightlight } from "../../../support/nightlight";
import { Witness } from "../../../support/witness";

let broker: Mosquitto;
let server: Started;
let witness: Witness;
let board: EmulatedBoard | undefined;

beforeAll(async () => {
  broker = await Mosquitto.start();
  server = await startNightlight({ brokerUrl: broker.url, simulate: false });
  witness = await Witness.connect(broker.url);
});
afterEach(async () => {
  const running = board;
  board = undefined;
  await running?.stop();
});
afterAll(async () => {
  await witness.stop();
  await server.stop();
  await broker.stop();
});

function reported(id: string, light: number): boolean {
  return witness
    .payloads(topicOf(id, "telemetry"))
    .some((text) => (JSON.parse(text) as { light: number }).light === light);
}

describe("the flashed image on the emulated chip", () => {
  it("boots, joins, reports the light, and obeys", async () => {
    const id = "chip-1";
    board = await EmulatedBoard.start({ id, broker: broker.url });
    const { wio } = board;
    wio.light = lightOfRaw(100);
    await board.until("a dark reading", () => reported(id, 100));
    await board.until("the LED's pin is high", () => wio.led);
    wio.light = lightOfRaw(800);
    await board.until("a bright reading", () => reported(id, 800));
    await board.until("the LED's pin is low", () => !wio.led);
    expect((await server.device(id))?.online).toBe(true);
    // The interrupt handler was fast enough to receive every byte from the coprocessor.
    expect(wio.link.lost).toBe(0);
    expect(board.resets).toHaveLength(1);
  });

  it("recovers when its coprocessor restarts", async () => {
    const id = "chip-2";
    board = await EmulatedBoard.start({ id, broker: broker.url });
    const { wio, resets } = board;
    wio.light = lightOfRaw(400);
    await board.until("a reading", () => reported(id, 400));
    const from = wio.log.length;
    wio.coprocessor.restart();
    wio.light = lightOfRaw(500);
    await board.until("another reading", () => reported(id, 500));
    await board.untilLogged(RUNTIME_LINES.wifiUp, from);
    expect(resets).toHaveLength(1);
  });
});
