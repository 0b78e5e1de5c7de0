import { CLOCK, type Clock } from "../../server/base/clock";
import { messageOf } from "../../server/base/user-error";
import type { Flash } from "../../server/simulator/device";
import type { LogLine } from "./hardware";
import { KeptReadings, parseReadings } from "./kept-readings";

/** Readings are saved only after one has waited this long. A broker that answers is faster. */
const WAITS_MS = 500;
/** The delay of a save. It grows in a long outage, because a memory card wears out by writes. */
const SAVE_MS = { least: 1_000, most: 30_000, ofWaited: 1 / 20 };

/** Keeps the program's outbox in a file, which is hardly ever written while the broker answers. */
export class OutboxKeeper {
  readonly readings: KeptReadings;
  private isOnDisk: boolean;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly file: Flash,
    say: LogLine,
    clock: Clock = CLOCK,
  ) {
    const content = file.load();
    this.isOnDisk = content.length > 0;
    this.readings = new KeptReadings(leftIn(content, say), clock);
    const { count } = this.readings;
    if (count > 0) say(`Readings of an earlier run: ${count} wait for the broker`, "info");
  }

  /** Handles a line of the device's log. @returns false if the line is not about the outbox */
  hear(line: string): boolean {
    if (!this.readings.hear(line)) return false;
    this.saveSoon();
    return true;
  }

  /** Schedules a save. Call when a late reading was removed. */
  saveSoon(): void {
    const { least, most, ofWaited } = SAVE_MS;
    const ms = Math.min(most, Math.max(least, ofWaited * this.readings.waitedMs()));
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (this.readings.waitedMs() >= WAITS_MS || this.isOnDisk) this.save();
      else if (this.readings.count > 0) this.saveSoon();
    }, ms).unref();
  }

  /** Saves the waiting readings and stops. */
  close(): void {
    clearTimeout(this.timer);
    if (this.readings.count > 0 || this.isOnDisk) this.save();
  }

  private save(): void {
    this.isOnDisk = this.readings.count > 0;
    this.file.save(this.isOnDisk ? Buffer.from(this.readings.toText()) : new Uint8Array());
  }
}

function leftIn(content: Uint8Array, say: LogLine) {
  try {
    return parseReadings(Buffer.from(content).toString());
  } catch (error) {
    say(`the readings that waited are lost: ${messageOf(error)}`, "warn");
    return [];
  }
}
