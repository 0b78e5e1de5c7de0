/** Runs an emulated chip in turns with the rest of this process. */
import { setImmediate, setTimeout } from "node:timers/promises";
import { until } from "../../../../server/base/wait-for";
import type { Samd51 } from "./samd51";

export interface Pace {
  /** The most microseconds of the chip's time in one of real time; Infinity for no limit. */
  readonly speed: number;
}

/** The longest time that the rest of the process waits for its turn. */
const TURN_MS = 4;
/** Number of steps between two looks at the real clock. */
const STEPS_PER_LOOK = 50;

export class Runner {
  /** What ended the emulation, most often an error of the firmware. */
  failure: Error | undefined;
  private stopped = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly chip: Samd51,
    /** Whether the chip waits for an answer of this process, which takes none of its time. */
    private readonly isOwed: () => boolean,
    private readonly pace: Pace = { speed: 1 },
    private readonly onFailure: (error: Error) => void = () => undefined,
  ) {}

  /** @param first what switches the chip on, whose failure ends the emulation as later ones do */
  start(first: () => void = () => undefined): void {
    this.running = this.run(first).catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.onFailure(this.failure);
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Waits for a condition. @throws what ended the emulation, if it ends before */
  async until(what: string, condition: () => boolean, ms?: number): Promise<void> {
    await until(
      what,
      () => {
        if (this.failure) throw this.failure;
        return condition();
      },
      ms,
    );
  }

  private async run(first: () => void): Promise<void> {
    const { chip, pace } = this;
    first();
    const began = { chip: chip.clock.nowMicros, realMs: performance.now() };
    while (!this.stopped) {
      const turnMs = performance.now();
      const allowed =
        pace.speed === Infinity
          ? Infinity
          : began.chip + (turnMs + TURN_MS - began.realMs) * 1000 * pace.speed;
      while (chip.clock.nowMicros < allowed && performance.now() - turnMs < TURN_MS) {
        for (let step = 0; step < STEPS_PER_LOOK && chip.clock.nowMicros < allowed; step++) {
          chip.step(allowed);
          if (this.isOwed()) break;
        }
        if (this.isOwed()) break;
      }
      const aheadMs = (chip.clock.nowMicros - allowed) / (1000 * pace.speed) + TURN_MS;
      if (chip.clock.nowMicros >= allowed) await setTimeout(Math.max(1, aheadMs));
      else await setImmediate();
      // A chip that fell behind on a slow machine does not catch up.
      const behind = allowed - chip.clock.nowMicros;
      if (pace.speed !== Infinity && behind > 50_000 * pace.speed) {
        began.chip = chip.clock.nowMicros;
        began.realMs = performance.now();
      }
    }
  }
}
