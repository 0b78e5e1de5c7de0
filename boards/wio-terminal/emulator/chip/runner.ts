/** Lets an emulated chip run beside everything else in this process. */
import { setImmediate, setTimeout } from "node:timers/promises";
import { until } from "../../../../server/base/wait-for";
import type { Samd51 } from "./samd51";

export interface Pace {
  /** Microseconds of the chip's time in one of real time, at most; Infinity for no limit. */
  readonly speed: number;
}

/** How long other things wait at most for their turn. */
const TURN_MS = 4;
/** Looks at the real clock, in stretches. */
const STEPS_PER_LOOK = 50;

export class Runner {
  /** What ended the emulation: an error of the firmware, most often. */
  failure: Error | undefined;
  private stopped = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly chip: Samd51,
    /** Whether others owe the chip an answer, which takes no time of its own. */
    private readonly isOwed: () => boolean,
    private readonly pace: Pace = { speed: 1 },
    private readonly onFailure: (error: Error) => void = () => undefined,
  ) {}

  start(): void {
    this.running = this.run().catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.onFailure(this.failure);
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Waits for a condition, or for the emulation's end. */
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

  private async run(): Promise<void> {
    const { chip, pace } = this;
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
      // A machine that was too slow does not have to catch up: its time was lost, not saved.
      const behind = allowed - chip.clock.nowMicros;
      if (pace.speed !== Infinity && behind > 50_000 * pace.speed) {
        began.chip = chip.clock.nowMicros;
        began.realMs = performance.now();
      }
    }
  }
}
