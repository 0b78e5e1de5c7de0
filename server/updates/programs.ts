import { programName } from "../../src/common/update";
import type { Clock } from "../base/clock";
import { type DebugInfo, type SourceMap, sourceMapOf } from "../base/source-map";
import type { Devices } from "../deciding/index";
import { hashOf, padProgram, shortHashOf } from "./upload";

/** How long the program names are cached, ms: reading the sources takes some milliseconds. */
const FRESH_MS = 4_000;

export interface ProgramsParts {
  devices: Pick<Devices, "list">;
  clock: Clock;
  /** Returns the program of the current sources, if it has been compiled for this board. */
  compiled: (board: string) => Compiled | undefined;
}

export interface Compiled {
  program: Uint8Array;
  /** Returns the compiler's debug information, as JSON. */
  debugInfo: () => string;
}

/**
 * The programs of the current sources, for the boards for which they are compiled. A device with
 * another program is outdated.
 */
export class Programs {
  private names: Record<string, string> = {};
  private lookedMs = -Infinity;

  constructor(private readonly parts: ProgramsParts) {}

  /** Returns program names by board, for the boards of all known devices. */
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

  /** @returns the name of the current sources' program, if that program has this hash */
  nameWith(shortHash: number, board: string): string | undefined {
    const found = this.parts.compiled(board);
    return found && shortHashOf(padProgram(found.program)) === shortHash
      ? nameOf(found)
      : undefined;
  }

  /**
   * Returns the map from a program's instructions to its sources.
   * @param name the program's name, as in a device's state
   * @returns undefined if the sources have changed since that program was compiled
   */
  sourceMap(board: string, name: string): SourceMap | undefined {
    const found = this.parts.compiled(board);
    if (!found || nameOf(found) !== name) return undefined;
    return sourceMapOf(JSON.parse(found.debugInfo()) as DebugInfo);
  }
}

function nameOf({ program }: Compiled): string {
  return programName(hashOf(padProgram(program)));
}
