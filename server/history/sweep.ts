import { MINUTE_MS } from "./levels";
import type { Unpacked } from "./unpacked";

/** Rows at a time: few, so that a query does not wait for long. */
const PART_MS = 10 * MINUTE_MS;

/** Rows of one device that are to be packed. */
export interface Part {
  device: number;
  fromMs: number;
  toMs: number;
}

/**
 * Walks over what was unpacked at the start: what an earlier version left, or the last minutes
 * before. It goes from the oldest on, so that what is packed lies in the file in its order.
 */
export class Sweep {
  /** Devices without unpacked rows. */
  readonly without: number[] = [];
  /** The first row of each device that is too new to be packed. */
  readonly tooNew: { device: number; atMs: number }[] = [];
  private devices: number[];
  private left: number[] = [];
  private partMs = -Infinity;
  private nextMs = Infinity;

  constructor(
    devices: number[],
    private readonly unpacked: Unpacked,
  ) {
    this.devices = devices;
  }

  /** @returns what to pack next, or undefined when all is done */
  next(beforeMs: number): Part | undefined {
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
