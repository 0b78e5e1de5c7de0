import { vi } from "vitest";
import type { EmulatedBoard } from "../../boards/wio-terminal/emulator/emulated-board";
import { Upload } from "../../server/updates/upload";

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
const { next } = Upload.prototype;

/**
 * Places where an update can lose power. `packet`: at a packet from the device to the gateway. The
 * others: at an erase or a write of flash while the update is in this phase.
 */
export const PLACES = ["order", "packet", "program", "trial"] as const;
export type Place = (typeof PLACES)[number];

/**
 * Counts the packets and the flash operations of one update, and cuts the board's power at one of
 * them.
 */
export class UpdateMeter {
  readonly counts: Record<Place, number> = { order: 0, packet: 0, program: 0, trial: 0 };
  hasCut = false;
  private phase: Exclude<Place, "packet"> = "order";
  private readonly spy = vi.spyOn(Upload.prototype, "next");

  /**
   * @param cut where to cut the power. The cut is delayed by `late` (0..1.5) times the duration of
   * the operation
   */
  constructor(
    private readonly board: EmulatedBoard,
    readonly cut?: { place: Place; at: number; late: number },
  ) {
    const came = (outcome: unknown) => this.came(outcome);
    this.spy.mockImplementation(function (this: Upload, message) {
      const step = next.call(this, message);
      came(step.outcome);
      return step;
    });
    board.chip.nvm.onWork = (micros) => this.wrote(micros);
  }

  stop(): void {
    this.spy.mockRestore();
    this.board.chip.nvm.onWork = () => undefined;
  }

  private came(outcome: unknown): void {
    this.phase = outcome === "stored" ? "trial" : "program";
    if (this.isThere("packet")) this.off();
  }

  private wrote(micros: number): void {
    if (!this.isThere(this.phase)) return;
    const { clock } = this.board.chip;
    clock.at(clock.nowMicros + micros * (this.cut?.late ?? 0), () => this.off());
  }

  private isThere(place: Place): boolean {
    this.counts[place]++;
    return !this.hasCut && this.cut?.place === place && this.cut.at === this.counts[place];
  }

  private off(): void {
    this.hasCut = true;
    this.board.wio.cyclePower();
  }
}
