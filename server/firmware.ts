import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseTarget, type Target } from "../boards/parts";
import { cachedProgram, type Compiled, compileFirmware } from "../boards/tools/firmware/compile";
import {
  chosenTarget,
  firmwareConfig,
  writeFirmwareConfig,
} from "../boards/tools/firmware/configure";
import { checkSize } from "../boards/tools/firmware/program-limit";
import { ROOT } from "./base/root";
import { SharedPromise } from "./base/shared-promise";
import { TaskQueue } from "./base/task-queue";
import { readText } from "./base/text";
import { UserError } from "./base/user-error";
import type { Config } from "./setup/config";

const ENTRY = "src/main.ts";

/**
 * The firmware's bytecode. One compile runs at a time, because the compiler has one output folder.
 */
export class Firmware {
  private readonly stopping = new AbortController();
  private readonly compiled = new SharedPromise<Uint8Array>();
  private readonly queue = new TaskQueue();

  /**
   * @param isOutboxKept whether this process keeps a copy of the outbox of the program that it runs
   */
  constructor(
    private readonly config: Config,
    private readonly isOutboxKept = false,
  ) {}

  /**
   * Returns the program that this process runs, which is compiled once for all callers.
   * @param onCompile called if this call has to compile it
   * @throws UserError with the compiler's own message; the next call tries again
   */
  async bytecode(onCompile?: () => void): Promise<Uint8Array> {
    return await this.compiled.get(() =>
      this.inTurn(async (signal) => {
        writeFirmwareConfig(this.config, undefined, this.isOutboxKept);
        return await compileFirmware(ENTRY, { signal, ...(onCompile && { onCompile }) });
      }),
    );
  }

  /**
   * Compiles the program from the present sources.
   * @param board as a device reports it; "" for any board with its own sensor and LED
   * @throws UserError with the compiler's own message, or if the board is unknown
   */
  async programFor(board: string): Promise<Uint8Array> {
    const target = targetNamed(board);
    if (target === null) throw new UserError(`unknown board ${board}`);
    const program = await this.inTurn(async (signal) => {
      const chosen = chosenTarget();
      writeFirmwareConfig(this.config, target);
      try {
        return await compileFirmware(ENTRY, { signal });
      } finally {
        writeFirmwareConfig(this.config, chosen);
      }
    });
    checkSize(program.length, target?.name);
    return program;
  }

  /**
   * Returns the program of the present sources, if it was compiled before.
   * @param board as for `programFor`
   * @returns undefined also for "" if this process runs another program for "", with a kept outbox
   */
  compiledFor(board: string): Compiled | undefined {
    const target = targetNamed(board);
    if (target === null || (target === undefined && this.isOutboxKept)) return undefined;
    return cachedProgram(ENTRY, firmwareConfig(this.config, target));
  }

  /** Returns the present sources of the program for "", by path in the checkout. */
  sources(): Record<string, string> {
    const names = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
    const paths = names
      .filter((name) => /(?<!\.gen)\.ts$/.test(name))
      .map((name) => join("src", name));
    const read = paths.map((path) => [path, readText(join(ROOT, path))] as const);
    const all = [...read, ...Object.entries(firmwareConfig(this.config))];
    return Object.fromEntries(all.map(([path, text]) => [path.replaceAll("\\", "/"), text]));
  }

  stop(): void {
    this.stopping.abort();
  }

  private inTurn<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.stopping;
    return this.queue.take(() => {
      signal.throwIfAborted();
      return work(signal);
    });
  }
}

/**
 * Returns the target with this name.
 * @returns undefined for any board with its own sensor and LED, null if the board is unknown
 */
function targetNamed(board: string): Target | undefined | null {
  return board === "" ? undefined : (parseTarget(board) ?? null);
}
