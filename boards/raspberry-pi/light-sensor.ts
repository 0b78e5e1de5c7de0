import type { TaskQueue } from "../../server/base/task-queue";
import { messageOf } from "../../server/base/user-error";
import { type Chip, type ChipOnBus, UnusableReading } from "./chip";
import { OutageLog } from "./outage-log";
import { busProblem, isNoAnswer, type Permission, placeOf, transferProblem } from "./problems";

/**
 * The number of failed samples in a row that are tolerated, such as for a loose plug: some 0.2 s.
 */
const TOLERATED_FAILURES = 3;

/** An open bus. */
export interface OpenBus {
  chip(address: number): ChipOnBus;
  close(): void;
}

export interface LightSensorOptions {
  chip: Chip;
  /** The address on I²C; undefined to try all addresses of the chip. */
  address: number | undefined;
  channel: number;
  /** The path of the bus, such as /dev/i2c-1 or /dev/spidev0.0. */
  path: string;
  /** @throws Error with the `code` of errno(3) */
  openBus: () => OpenBus;
  /**
   * Shared by all devices on this Pi's buses. Otherwise, between the two transfers of an ADS1115's
   * measurement, another device could switch the chip to another input.
   */
  queue: TaskQueue;
  permission: () => Permission;
  say: (line: string, level: "info" | "warn") => void;
}

/** Measures the light level with a chip that may be missing, and come back. */
export class LightSensor {
  private bus: OpenBus | undefined;
  private address: number | undefined;
  private saidPlace: string | undefined;
  /** The last good value, until the sensor counts as gone. */
  private lightRaw: number | undefined;
  private readonly watch: OutageLog;

  constructor(private readonly options: LightSensorOptions) {
    this.watch = new OutageLog("light sensor", TOLERATED_FAILURES, options.say);
  }

  /** @returns the raw value, 0..1023, or undefined while the sensor is gone */
  async sample(): Promise<number | undefined> {
    const problem = await this.options.queue.take(() => this.measure());
    if (problem === undefined) this.watch.works();
    else {
      this.close();
      if (this.watch.failed(problem)) this.lightRaw = undefined;
    }
    return this.lightRaw;
  }

  close(): void {
    this.bus?.close();
    this.bus = undefined;
    this.address = undefined;
  }

  /** @returns the problem, or undefined if there is a new `lightRaw` */
  private async measure(): Promise<string | undefined> {
    const { chip, path, openBus, permission } = this.options;
    try {
      this.bus ??= openBus();
    } catch (error) {
      return busProblem(errnoOf(error), path, permission());
    }
    const wanted = this.options.address === undefined ? chip.addresses : [this.options.address];
    const tried = this.address === undefined ? wanted : [this.address];
    let code = "";
    // A chip on SPI has no address, so the list of addresses is empty.
    for (const address of tried.length > 0 ? tried : [undefined])
      try {
        await this.measureAt(this.bus, address);
        return undefined;
      } catch (error) {
        if (error instanceof UnusableReading) return `${chip.title}: ${messageOf(error)}`;
        code = errnoOf(error);
        if (!isNoAnswer(code)) break;
      }
    const others = chip.addresses.filter((address) => !wanted.includes(address));
    const elsewhere = isNoAnswer(code) ? await this.answering(this.bus, others) : undefined;
    return transferProblem(code, chip, { path, tried: wanted, elsewhere });
  }

  private async measureAt(bus: OpenBus, address: number | undefined): Promise<void> {
    const { chip, channel, path, say } = this.options;
    this.lightRaw = await chip.read(bus.chip(address ?? 0), channel);
    const place = placeOf(address === undefined ? [] : [address], path);
    if (place !== this.saidPlace)
      say(`Reading channel ${channel} of ${chip.title} ${place}`, "info");
    this.address = address;
    this.saidPlace = place;
  }

  private async answering(bus: OpenBus, addresses: number[]): Promise<number | undefined> {
    const { chip, channel } = this.options;
    for (const address of addresses)
      try {
        await chip.read(bus.chip(address), channel);
        return address;
      } catch {
        // No chip answers at this address, so the next address is tried.
      }
    return undefined;
  }
}

/** The `code` of an error of the kernel. @throws any other error */
export function errnoOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof Error && typeof code === "string") return code;
  throw error;
}
