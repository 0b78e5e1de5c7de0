import { MINUTE_MS } from "./levels";
import type { UnpackedRows } from "./unpacked-rows";

/**
 * Length of time whose rows are packed in one step, ms. It is short, so that a query does not wait
 * long.
 */
const PART_MS = 10 * MINUTE_MS;

/** The rows of one device that are packed next. */
export interface DeviceRows {
  device: number;
  fromMs: number;
  toMs: number;
}

/**
 * Walks over the rows that were unpacked at the start: rows that an earlier version left, or rows
 * of the last minutes before the stop. The oldest come first, so that packed records lie in time
 * order in the file.
 */
export class Sweep {
  /** Devices without unpacked rows. */
  readonly without: number[] = [];
  /** For each device with rows too new to be packed, the first such row. */
  readonly tooNew: { device: number; atMs: number }[] = [];
  private devices: number[];
  private left: number[] = [];
  private partMs = -Infinity;
  private nextMs = Infinity;

  constructor(
    devices: number[],
    private readonly unpacked: UnpackedRows,
  ) {
    this.devices = devices;
  }

  /** @returns the next part to pack, or undefined at the end */
  next(beforeMs: number): DeviceRows | undefined {
    for (;;) {
      const device = this.devices.pop();
      if (device === undefined) {
        if (this.left.length === 0) return undefined;
        [this.devices, this.left] = [this.left.reverse(), []];
        [this.partMs, this.nextMs] = [this.nextMs, Infinity];
        continue;
      }
      const atMs = this.unpacked.firstMs(device, this.partMs);
      if (atMs === undefined) {
        if (this.partMs === -Infinity) this.without.push(device);
      } else if (atMs >= beforeMs) this.tooNew.push({ device, atMs });
      else {
        this.left.push(device);
        const startMs = Math.floor(atMs / PART_MS) * PART_MS;
        if (startMs === this.partMs) {
          this.nextMs = Math.min(this.nextMs, startMs + PART_MS);
          return { device, fromMs: atMs, toMs: Math.min(beforeMs, startMs + PART_MS) };
        }
        this.nextMs = Math.min(this.nextMs, startMs);
      }
    }
  }
}
