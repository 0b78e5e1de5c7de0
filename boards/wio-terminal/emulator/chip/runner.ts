/** Runs an emulated chip in turns with the rest of this process. */
import { setImmediate, setTimeout } from "node:timers/promises";
import { until } from "../../../../server/base/wait-for";
import type { Samd51 } from "./samd51";

export interface Pace {
  /** Maximum speed: chip time per real time. Infinity means no limit. */
  readonly speed: number;
}

/** The maximum length of a turn. The rest of the process waits during a turn. */
const TURN_MS = 4;
/** Number of steps between two reads of the real clock. */
const STEPS_PER_LOOK = 50;

export class Runner {
  /** The error that ended the emulation, most often caused by the firmware. */
  failure: Error | undefined;
  private stopped = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly chip: Samd51,
    /** Whether the chip waits for an answer of this process. Such an answer takes no chip time. */
    private readonly isOwed: () => boolean,
    private readonly pace: Pace = { speed: 1 },
    private readonly onFailure: (error: Error) => void = () => undefined,
  ) {}

  /**
   * @param first switches the chip on. An error in `first` ends the emulation, like any later error
   */
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

  /** Waits for a condition. @throws the emulation's error, if the emulation ends first */
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
      // After falling behind on a slow machine, the chip does not catch up.
      const behind = allowed - chip.clock.nowMicros;
      if (pace.speed !== Infinity && behind > 50_000 * pace.speed) {
        began.chip = chip.clock.nowMicros;
        began.realMs = performance.now();
      }
    }
  }
}
