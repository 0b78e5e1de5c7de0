import { programName } from "../../src/common/update";
import type { Clock } from "../base/clock";
import type { Devices } from "../deciding/devices";
import { hashOf, padded } from "./upload";

/** Looking through the sources takes some milliseconds. */
const FRESH_MS = 4_000;

export interface ProgramsParts {
  devices: Pick<Devices, "list">;
  clock: Clock;
  /** The program of the sources as they are now, if it was compiled for that board before. */
  compiled: (board: string) => { program: Uint8Array } | undefined;
}

/** The programs that devices should run, as far as they are compiled: who runs another is behind. */
export class Programs {
  private names: Record<string, string> = {};
  private lookedMs = -Infinity;

  constructor(private readonly parts: ProgramsParts) {}

  /** By board, for the boards of the devices that there are. */
  view(): Record<string, string> {
    const { clock, compiled, devices } = this.parts;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.lookedMs < FRESH_MS) return this.names;
    this.lookedMs = nowMs;
    const boards = new Set<string>();
    for (const { state } of devices.list())
      if (state?.program !== undefined) boards.add(state.board ?? "");
    this.names = {};
    for (const board of [...boards].sort()) {
      const found = compiled(board);
      if (found) this.names[board] = programName(hashOf(padded(found.program)));
    }
    return this.names;
  }
}
