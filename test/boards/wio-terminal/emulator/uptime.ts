/**
 * Runs a nightlight on the emulated chip for many hours of the chip's time, as fast as this machine
 * can.
 */
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
/** Period of the simulated day: the light goes from dark to bright and back. */
const DAY_S = 600;
/** Interval at which the chip's state is sampled, µs. It is not a multiple of the chip's tick. */
const LOOK_EVERY_MICROS = 1_001_300;
/** Number of readings that the device's outbox holds: src/nightlight.ts. */
const OUTBOX_CAPACITY = 512;
/**
 * Emulates only every fifth tick of 1 ms, so the program's loop wakes every 5 ms. With every tick,
 * the run would take half as long again.
 */
const EVERY_TICK = 5;

export interface Period {
  /** Chip time from power-on to the period's end, s. */
  readonly chipSeconds: number;
  /** Live bytes of the program's heap: the minimum of all samples in the period. */
  readonly programBytes: number;
  readonly memory: MemoryUse;
  /** Number of readings that have arrived since power-on. */
  readonly came: number;
  /** Sequence numbers that never arrived, although the outbox had room. */
  readonly lost: readonly number[];
  /** Number of readings that a full outbox dropped. */
  readonly thinned: number;
  /** Largest number of readings that waited in the outbox at the same time. */
  readonly waitedMost: number;
  readonly ledChanges: number;
  readonly resets: number;
  /** Number of program starts, by the `boot` of the readings. */
  readonly starts: number;
  readonly sockets: number;
}

interface Reading {
  readonly seq: number;
  readonly boot: number;
  readonly age_ms?: number;
}

interface UptimeOptions {
  /** Total length of the run, a multiple of the period. */
  readonly chipSeconds: number;
  readonly periodSeconds: number;
  /** Whether the run has to end early. */
  readonly isStopped?: () => boolean;
  /**
   * Seed of a storm of faults that starts in the first minute. If undefined, there are no faults.
   */
  readonly stormSeed?: number;
}

/** Maximum time after a storm until all waiting readings have arrived, s of the chip's time. */
const CALM_S = 900;

/**
 * @returns the state after each period. The first period, in which the board starts, is left out.
 * After a storm there is one more state, when all waiting readings have arrived
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
    const measureAsleep = async (): Promise<MemoryUse> => {
      await board.until("the core sleeps", () => chip.isSleeping);
      return memory.measure();
    };
    let ledChanges = 0;
    let least = Infinity;
    chip.pin("PA15").onChange(() => ledChanges++);
    const look = (): void => {
      const seconds = clock.nowMicros / SECOND;
      wio.light = lightOfRaw(512 - 500 * Math.cos((2 * Math.PI * seconds) / DAY_S));
      // The core may be awake if a sample coincides with its tick.
      if (seconds > periodSeconds && chip.isSleeping)
        least = Math.min(least, memory.measure().programBytes);
      clock.at(clock.nowMicros + LOOK_EVERY_MICROS, look);
    };
    look();
    // Selects the second page, which changes little: painting is the slowest part of the emulation.
    clock.at(5 * SECOND, () => wio.setButton("b", true));
    clock.at(5.2 * SECOND, () => wio.setButton("b", false));
    storm?.begin(board);
    const standing = async (): Promise<Period> => ({
      ...arrivals.verdict(),
      chipSeconds: clock.nowMicros / SECOND,
      programBytes: least,
      memory: await measureAsleep(),
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

/**
 * Tolerated difference of the program's live bytes between two periods. A garbage collection may
 * come a little earlier or later in one period than in another.
 */
const PROGRAM_SPREAD_BYTES = 2048;

/** @returns the faults found by comparing the first and the last period; empty if there are none */
export function faultsOf(first: Period, last: Period): string[] {
  const faults: string[] = [];
  const { heapBytes } = last.memory;
  if (last.lost.length > 0)
    faults.push(`lost ${last.lost.length} readings: ${last.lost.join(" ")}`);
  if (last.resets !== 1) faults.push(`expected one reset, got ${last.resets}`);
  if (last.starts !== 1) faults.push(`expected one start of the program, got ${last.starts}`);
  if (last.came <= first.came) faults.push(`no reading arrived after the first ${first.came}`);
  if (heapBytes !== first.memory.heapBytes)
    faults.push(`the heap grew from ${first.memory.heapBytes} to ${heapBytes} bytes`);
  if (last.programBytes > first.programBytes + PROGRAM_SPREAD_BYTES)
    faults.push(`the program grew from ${first.programBytes} to ${last.programBytes} bytes`);
  return faults;
}
