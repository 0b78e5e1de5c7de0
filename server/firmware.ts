import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseTarget, type Target } from "../boards/parts";
import { type Compiled, compiledBefore, compileFirmware } from "../boards/tools/firmware/compile";
import {
  chosenTarget,
  firmwareConfig,
  writeFirmwareConfig,
} from "../boards/tools/firmware/configure";
import { checkSize } from "../boards/tools/firmware/program-limit";
import { Once } from "./base/once";
import { ROOT } from "./base/root";
import { readText } from "./base/text";
import { Turns } from "./base/turns";
import { UserError } from "./base/user-error";
import type { Config } from "./setup/config";

const ENTRY = "src/main.ts";

/** The firmware's bytecode. It is compiled once at a time: the compiler has one output folder. */
export class Firmware {
  private readonly stopping = new AbortController();
  private readonly compiled = new Once<Uint8Array>();
  private readonly turns = new Turns();

  /** @param isOutboxKept whether the simulator here keeps what waits in a program's outbox */
  constructor(
    private readonly config: Config,
    private readonly isOutboxKept = false,
  ) {}

  /**
   * The program for the simulator, compiled once, whoever asks first.
   * @param onCompile called if it has to be compiled for this call
   * @throws UserError with the compiler's own words; the next call tries again
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
   * The program of the sources as they are now.
   * @param board as a device calls its own; "" for any that brings sensor and LED with it
   * @throws UserError with the compiler's own words, or if no board of ours has that name
   */
  async programFor(board: string): Promise<Uint8Array> {
    const target = targetNamed(board);
    if (target === null) throw new UserError(`no board ${board} is known here`);
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
   * The program of the sources as they are now, if it was compiled before.
   * @param board as above; none is known for "" if devices of that kind run two programs here
   */
  compiledFor(board: string): Compiled | undefined {
    const target = targetNamed(board);
    if (target === null || (target === undefined && this.isOutboxKept)) return undefined;
    return compiledBefore(ENTRY, firmwareConfig(this.config, target));
  }

  /** The sources of that program as they are now, by path in the checkout. */
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
    return this.turns.take(() => {
      signal.throwIfAborted();
      return work(signal);
    });
  }
}

/** @returns undefined for any board that brings sensor and LED with it, null if there is no such */
function targetNamed(board: string): Target | undefined | null {
  return board === "" ? undefined : (parseTarget(board) ?? null);
}
