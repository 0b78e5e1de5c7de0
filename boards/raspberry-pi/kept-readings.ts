import type { Clock } from "../../server/base/clock";
import { parseTelemetry, type Telemetry } from "../../src/common/wire";
import { OUTBOX_LINES } from "../log-lines";

/** A reading that the broker has not acknowledged yet. */
export interface KeptReading {
  /** The number of the run that took the reading. */
  boot: number;
  seq: number;
  light: number;
  ledOn: boolean;
  /** Unix time when the reading was taken, ms. In this process, its age comes from `takenMs`. */
  takenAtMs: number;
  /** Monotonic time when the reading was taken, ms; undefined if an earlier process took it. */
  takenMs?: number;
}

/** Maximum number of readings: twice the capacity of a device's outbox in RAM. */
const CAPACITY_READINGS = 1024;
/** The prefix of the program's own lines in the log. */
const MARK = "> ";

/**
 * A copy of the program's outbox, and the unsent readings of earlier runs, the oldest first. Pure:
 * the clock is passed in.
 */
export class KeptReadings {
  private readings: KeptReading[];
  /** The number of the current run; undefined before its first reading. */
  private boot: number | undefined;
  private readonly startedMs: number;

  /** @param left the readings that an earlier process left */
  constructor(
    left: KeptReading[],
    private readonly clock: Clock,
  ) {
    this.readings = left;
    this.startedMs = clock.monotonicMs();
  }

  get count(): number {
    return this.readings.length;
  }

  /** How long the oldest reading has waited in this process, ms. */
  waitedMs(): number {
    const [oldest] = this.readings;
    return oldest ? this.clock.monotonicMs() - (oldest.takenMs ?? this.startedMs) : 0;
  }

  /**
   * Handles a line of the device's log.
   * @returns false if the line is not about the outbox
   */
  hear(line: string): boolean {
    if (line.startsWith(MARK + OUTBOX_LINES.keeps))
      this.keep(line.slice((MARK + OUTBOX_LINES.keeps).length));
    else if (line.startsWith(MARK + OUTBOX_LINES.frees))
      this.free(Number(line.slice((MARK + OUTBOX_LINES.frees).length)));
    else return false;
    return true;
  }

  /** The oldest reading of an earlier run, which is not in the program's outbox. */
  firstLate(): KeptReading | undefined {
    const [oldest] = this.readings;
    return oldest && oldest.boot !== this.boot ? oldest : undefined;
  }

  /** Call when the broker has acknowledged a late reading. */
  remove(reading: KeptReading): void {
    this.readings = this.readings.filter((other) => other !== reading);
  }

  /**
   * The message to send now. A reading of an earlier process is at least as old as this process.
   */
  telemetry(reading: KeptReading): Telemetry {
    const { boot, seq, light, ledOn, takenAtMs, takenMs } = reading;
    const nowMs = this.clock.monotonicMs();
    const ageMs =
      takenMs === undefined
        ? Math.max(this.clock.wallMs() - takenAtMs, nowMs - this.startedMs)
        : nowMs - takenMs;
    return { light, led_on: ledOn, seq, boot, age_ms: Math.round(Math.max(1, ageMs)) };
  }

  /** The readings as text, for the disk. */
  toText(): string {
    const [wallMs, nowMs] = [this.clock.wallMs(), this.clock.monotonicMs()];
    return JSON.stringify(
      this.readings.map(({ boot, seq, light, ledOn, takenAtMs, takenMs }) => [
        ...[boot, seq, light, ledOn ? 1 : 0],
        Math.round(takenMs === undefined ? takenAtMs : wallMs - (nowMs - takenMs)),
      ]),
    );
  }

  private keep(text: string): void {
    const { value } = parseTelemetry(text, ["light"]);
    if (!value) return;
    const { values, said, boot = 0, seq = 0 } = value;
    this.boot = boot;
    this.readings.push({
      ...{ boot, seq, light: values["light"] ?? 0, ledOn: said["led_on"] === true },
      takenAtMs: this.clock.wallMs(),
      takenMs: this.clock.monotonicMs(),
    });
    if (this.readings.length > CAPACITY_READINGS) this.readings = thinned(this.readings);
  }

  /**
   * Removes this reading of the current run and all before it: the broker acknowledges in order, so
   * the earlier readings have arrived or were given up.
   */
  private free(seq: number): void {
    this.readings = this.readings.filter((r) => r.boot !== this.boot || r.seq > seq);
  }
}

/** Parses the text of `toText`. @throws Error if the text is invalid */
export function parseReadings(text: string): KeptReading[] {
  if (text === "") return [];
  return (JSON.parse(text) as unknown[]).map((entry) => {
    const numbers = Array.isArray(entry) ? entry : [];
    if (numbers.length !== 5 || !numbers.every((value) => Number.isSafeInteger(value)))
      throw new Error(`expected five whole numbers, got ${JSON.stringify(entry)}`);
    const [boot, seq, light, ledOn, takenAtMs] = numbers as [number, number, number, 0 | 1, number];
    return { boot, seq, light, ledOn: ledOn === 1, takenAtMs };
  });
}

/**
 * Keeps at most half of the readings plus two, evenly spread over their time; the oldest and the
 * newest stay.
 */
function thinned(readings: KeptReading[]): KeptReading[] {
  const times = readings.map(({ takenAtMs }) => takenAtMs);
  const last = readings.length - 1;
  const gapMs = (2 * ((times[last] ?? 0) - (times[0] ?? 0))) / readings.length;
  let keptMs = -Infinity;
  return readings.filter((_, index) => {
    const ms = times[index] ?? 0;
    if (index < last && ms - keptMs < gapMs) return false;
    keptMs = ms;
    return true;
  });
}
