/** A nightlight on the emulated chip for many hours of its own time, as fast as this machine can. */
import { connectAsync } from "mqtt";
import {
  BoardMemory,
  type MemoryUse,
} from "../../../../boards/wio-terminal/emulator/chip/board-memory";
import { EmulatedBoard } from "../../../../boards/wio-terminal/emulator/emulated-board";
import { lightOfRaw } from "../../../../boards/wio-terminal/emulator/nightlight-board";
import { topicOf } from "../../../../src/common/wire";
import { Mosquitto } from "../../../support/mosquitto";
import { startNightlight } from "../../../support/nightlight";

const SECOND = 1e6;
const ID = "uptime";
/** The light goes from dark to bright and back in this time. */
const DAY_S = 600;
/** No multiple of the tick. */
const LOOK_EVERY_MICROS = 1_001_300;
/** The loop then looks around each 5 ms: at each millisecond, it would take half as long again. */
const EVERY_TICK = 5;

export interface Period {
  /** Since power came on, at the period's end. */
  readonly chipSeconds: number;
  /** What the program held after a collection: the least that was seen in the period. */
  readonly programBytes: number;
  readonly memory: MemoryUse;
  /** Since power came on. */
  readonly readings: number;
  /** Sequence numbers that never came. */
  readonly lost: number;
  readonly ledChanges: number;
  readonly resets: number;
  readonly sockets: number;
}

/**
 * @param chipSeconds how long in all, a multiple of the period
 * @param isStopped whether it is to end before
 * @returns after each period how things stand, without the first, in which the board starts
 */
export async function* uptime(
  chipSeconds: number,
  periodSeconds: number,
  isStopped: () => boolean = () => false,
): AsyncGenerator<Period> {
  const broker = await Mosquitto.start();
  const server = await startNightlight({ brokerUrl: broker.url, simulate: false });
  const listener = await connectAsync(broker.url);
  const seen = new Set<number>();
  let last = 0;
  listener.on("message", (_topic, payload) => {
    const { seq } = JSON.parse(payload.toString()) as { seq: number };
    last = Math.max(last, seq);
    seen.add(seq);
  });
  await listener.subscribeAsync(topicOf(ID, "telemetry"), { qos: 1 });
  const board = await EmulatedBoard.start({
    id: ID,
    broker: broker.url,
    chip: { everyTick: EVERY_TICK },
    pace: { speed: Infinity },
  });
  try {
    const { chip, wio, resets } = board;
    const { clock } = chip;
    const memory = await BoardMemory.of(chip, board.elf);
    const looked = async (): Promise<MemoryUse> => {
      await board.until("the core sleeps", () => chip.isSleeping);
      return memory.look();
    };
    let ledChanges = 0;
    let least = Infinity;
    chip.pin("PA15").onChange(() => ledChanges++);
    const look = (): void => {
      const seconds = clock.nowMicros / SECOND;
      wio.light = lightOfRaw(512 - 500 * Math.cos((2 * Math.PI * seconds) / DAY_S));
      // The core may be awake whenever a look falls together with its tick.
      if (seconds > periodSeconds && chip.isSleeping)
        least = Math.min(least, memory.look().programBytes);
      clock.at(clock.nowMicros + LOOK_EVERY_MICROS, look);
    };
    look();
    // The second page changes little: to paint is what takes the emulation longest.
    clock.at(5 * SECOND, () => wio.setButton("b", true));
    clock.at(5.2 * SECOND, () => wio.setButton("b", false));
    for (let end = 2 * periodSeconds; end <= chipSeconds; end += periodSeconds) {
      const isOver = (): boolean => isStopped() || clock.nowMicros >= end * SECOND;
      await board.until(`${end} s of the chip's time`, isOver, 1000 * periodSeconds * 10);
      if (isStopped()) return;
      yield {
        chipSeconds: end,
        programBytes: least,
        memory: await looked(),
        readings: seen.size,
        lost: last - seen.size,
        ledChanges,
        resets: resets.length,
        sockets: wio.coprocessor.sockets.open,
      };
      least = Infinity;
      wio.log.length = wio.coprocessor.calls.length = 0;
    }
  } finally {
    await board.stop();
    await listener.endAsync(true);
    await server.stop();
    await broker.stop();
  }
}
