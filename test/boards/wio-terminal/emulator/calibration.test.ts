import { afterAll, beforeAll, expect, it } from "vitest";
import { PROGRAM_LINES } from "../../../../boards/log-lines";
import { EmulatedBoard } from "../../../../boards/wio-terminal/emulator/emulated-board";
import { lightOfRaw } from "../../../../boards/wio-terminal/emulator/nightlight-board";
import { topicOf } from "../../../../src/common/wire";
import { Mosquitto } from "../../../support/mosquitto";
import { Witness } from "../../../support/witness";
import { shows } from "../read-screen";

const ID = "calibrated";
let broker: Mosquitto;
let witness: Witness;
let board: EmulatedBoard;

beforeAll(async () => {
  broker = await Mosquitto.start();
  witness = await Witness.connect(broker.url);
  const prepare: (wio: EmulatedBoard["wio"]) => void = (wio) => (wio.light = lightOfRaw(4));
  board = await EmulatedBoard.start({
    ...{ id: ID, broker: broker.url, prepare, pace: { speed: Infinity } },
  });
});
afterAll(async () => {
  await board.stop();
  await witness.stop();
  await broker.stop();
});

async function untilReported(light: number): Promise<void> {
  const from = witness.seen.length;
  await board.until(`a reading of ${light}`, () =>
    witness.seen
      .slice(from)
      .some(
        ({ topic, payload }) =>
          topic === topicOf(ID, "telemetry") &&
          (JSON.parse(payload) as { light: number }).light === light,
      ),
  );
}

/** Holds button A until the screen shows the words, then releases it. */
async function holdUntil(words: string): Promise<void> {
  const from = board.wio.log.length;
  board.wio.setButton("a", true);
  await board.untilLogged(`> ${PROGRAM_LINES.calibration}${words}`, from);
  board.wio.setButton("a", false);
  await board.until(`"${words}" on the screen`, () =>
    shows(board.wio.display.picture(), words, "lamp"),
  );
}

it("is calibrated by holding A as the screen says, and reset by holding A for longer", async () => {
  await untilReported(4);
  await holdUntil("cover the sensor, hold the button again");
  await holdUntil("light it well, hold the button again");
  board.wio.light = lightOfRaw(348);
  await untilReported(348);
  await holdUntil("done, dark 4, bright 348");
  await untilReported(1023);

  // With this calibration, a raw value of 105 is reported as 300, the lesson's threshold.
  board.wio.light = lightOfRaw(105);
  await untilReported(300);
  await board.until("the same on the screen", () =>
    shows(board.wio.display.picture(), "300", "text", "number"),
  );

  board.chip.pressReset();
  board.wio.light = lightOfRaw(176);
  await untilReported(512);
  await board.until("the same on the screen", () =>
    shows(board.wio.display.picture(), "512", "text", "number"),
  );

  await holdUntil("removed, light as the sensor has it");
  await untilReported(176);
  expect(board.resets).toHaveLength(2);
});
