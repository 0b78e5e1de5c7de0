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
import { Arrivals } from "./arrivals";
import { Storm } from "./storm";

const SECOND = 1e6;
const ID = "uptime";
/** The light goes from dark to bright and back in this time. */
const DAY_S = 600;
/** No multiple of the tick. */
const LOOK_EVERY_MICROS = 1_001_300;
/** Readings that the device keeps: src/nightlight.ts. */
const OUTBOX_CAPACITY = 512;
/** The loop then looks around each 5 ms: at each millisecond, it would take half as long again. */
const EVERY_TICK = 5;

export interface Period {
  /** Since power came on, at the period's end. */
  readonly chipSeconds: number;
  /** What the program held after a collection: the least that was seen in the period. */
  readonly programBytes: number;
  readonly memory: MemoryUse;
  /** Readings since power came on. */
  readonly came: number;
  /** Sequence numbers that never came, although the outbox had room. */
  readonly lost: readonly number[];
  /** How many a full outbox left out. */
  readonly thinned: number;
  /** The most that waited at once. */
  readonly waitedMost: number;
  readonly ledChanges: number;
  readonly resets: number;
  /** How often the program began, by the `boot` of its readings. */
  readonly starts: number;
  readonly sockets: number;
}

interface Reading {
  readonly seq: number;
  readonly boot: number;
  readonly age_ms?: number;
}

interface UptimeOptions {
  /** How long in all, a multiple of the period. */
  readonly chipSeconds: number;
  readonly periodSeconds: number;
  /** Whether it is to end before. */
  readonly isStopped?: () => boolean;
  /** Of the storm that rages from the first minute on; undefined: all is well. */
  readonly stormSeed?: number;
}

/** How long what waited may take to come after a storm. */
const CALM_S = 900;

/**
 * @returns after each period how things stand, without the first, in which the board starts; after
 * a storm once more, when all that waited has come
 */
export async function* uptime({
  chipSeconds,
  periodSeconds,
  isStopped = () => false,
  stormSeed,
}: UptimeOptions): AsyncGenerator<Period> {
  const broker = await Mosquitto.start();
  const server = await startNightlight({ brokerUrl: broker.url, simulate: false });
  const listener = await connectAsync(broker.url);
  const storm = stormSeed === undefined ? undefined : await Storm.before(broker.port, stormSeed);
  await listener.subscribeAsync(topicOf(ID, "telemetry"), { qos: 1 });
  const board = await EmulatedBoard.start({
    id: ID,
    broker: storm?.url ?? broker.url,
    chip: { everyTick: EVERY_TICK },
    pace: { speed: Infinity },
  });
  try {
    const { chip, wio, resets } = board;
    const { clock } = chip;
    const memory = await BoardMemory.of(chip, board.elf);
    const arrivals = new Arrivals(OUTBOX_CAPACITY);
    const boots = new Set<number>();
    let isOnTime = false;
    listener.on("message", (_topic, payload) => {
      const reading = JSON.parse(payload.toString()) as Reading;
      boots.add(reading.boot);
      const cameMs = clock.nowMicros / 1000;
      isOnTime = reading.age_ms === undefined;
      arrivals.came({ seq: reading.seq, takenMs: cameMs - (reading.age_ms ?? 0), cameMs });
    });
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
    storm?.begin(board);
    const standing = async (): Promise<Period> => ({
      ...arrivals.verdict(),
      chipSeconds: clock.nowMicros / SECOND,
      programBytes: least,
      memory: await looked(),
      ledChanges,
      resets: resets.length,
      starts: boots.size,
      sockets: wio.coprocessor.sockets.open,
    });
    for (let end = 2 * periodSeconds; end <= chipSeconds; end += periodSeconds) {
      const isOver = (): boolean => isStopped() || clock.nowMicros >= end * SECOND;
      await board.until(`${end} s of the chip's time`, isOver, 1000 * periodSeconds * 10);
      if (isStopped()) break;
      yield await standing();
      least = Infinity;
      wio.log.length = wio.coprocessor.calls.length = 0;
    }
    if (!storm) return;
    await storm.end(board);
    isOnTime = false;
    const limit = clock.nowMicros + CALM_S * SECOND;
    await board.until("the calm", () => isOnTime || clock.nowMicros > limit, 1000 * CALM_S * 10);
    yield await standing();
  } finally {
    await board.stop();
    await storm?.stop();
    await listener.endAsync(true);
    await server.stop();
    await broker.stop();
  }
}

/** A collection may come a little earlier or later in one period than in another. */
const PROGRAM_SPREAD_BYTES = 2048;

/** @returns what is wrong between the first look at the board and the last; empty if nothing is */
export function faultsOf(first: Period, last: Period): string[] {
  const faults: string[] = [];
  const { heapBytes } = last.memory;
  if (last.lost.length > 0)
    faults.push(`lost ${last.lost.length} readings: ${last.lost.join(" ")}`);
  if (last.resets !== 1) faults.push(`expected one reset, got ${last.resets}`);
  if (last.starts !== 1) faults.push(`expected one start of the program, got ${last.starts}`);
  if (last.came <= first.came) faults.push(`no reading came after the first ${first.came}`);
  if (heapBytes !== first.memory.heapBytes)
    faults.push(`the heap grew from ${first.memory.heapBytes} to ${heapBytes} bytes`);
  if (last.programBytes > first.programBytes + PROGRAM_SPREAD_BYTES)
    faults.push(`the program grew from ${first.programBytes} to ${last.programBytes} bytes`);
  return faults;
}
