import { programName } from "../../src/common/update";
import type { Clock } from "../base/clock";
import { type DebugInfo, type Places, placesOf } from "../base/places";
import type { Devices } from "../deciding/devices";
import { hashOf, padded, shortHashOf } from "./upload";

/** Looking through the sources takes some milliseconds. */
const FRESH_MS = 4_000;

export interface ProgramsParts {
  devices: Pick<Devices, "list">;
  clock: Clock;
  /** The program of the sources as they are now, if it was compiled for that board before. */
  compiled: (board: string) => Compiled | undefined;
}

export interface Compiled {
  program: Uint8Array;
  /** What the compiler tells a debugger, as JSON. */
  debugInfo: () => string;
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
      if (found) this.names[board] = nameOf(found);
    }
    return this.names;
  }

  /** @returns the name of the program of the sources as they are now, if it has this hash */
  nameWith(shortHash: number, board: string): string | undefined {
    const found = this.parts.compiled(board);
    return found && shortHashOf(padded(found.program)) === shortHash ? nameOf(found) : undefined;
  }

  /**
   * Where the instructions of a program are in the sources.
   * @param name as a state calls the program
   * @returns undefined if the sources have changed since
   */
  places(board: string, name: string): Places | undefined {
    const found = this.parts.compiled(board);
    if (!found || nameOf(found) !== name) return undefined;
    return placesOf(JSON.parse(found.debugInfo()) as DebugInfo);
  }
}

function nameOf({ program }: Compiled): string {
  return programName(hashOf(padded(program)));
}
