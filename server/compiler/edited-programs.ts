import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { SharedPromise } from "../base/shared-promise";
import { EDITABLE_FILE, type ProgramView } from "../base/tab-program";
import { type BusyReason, CompileQueue } from "./compile-queue";
import { compileInProcess } from "./compiler-process";

const ENTRY = "src/main.ts";
/** Maximum number of compiles at a time. Two take some 600 MB. */
const MAX_AT_ONCE = 2;
/** Maximum length of the queue: enough for a class. */
const LONGEST_QUEUE = 40;
/**
 * Number of cached compiles. A class runs the program that its teacher has shared, so its compile
 * is cached.
 */
const CACHED_COMPILES = 16;

/** Compiles programs in which a person has edited one file. */
export class EditedPrograms {
  private readonly stopping = new AbortController();
  private readonly sources = new SharedPromise<Record<string, string>>();
  private readonly made = new Map<string, Promise<ProgramView>>();
  private readonly queue = new CompileQueue(
    // One core is left for the devices.
    Math.min(MAX_AT_ONCE, Math.max(1, availableParallelism() - 1)),
    LONGEST_QUEUE,
  );

  /** @param read returns the firmware's sources, by path in the checkout */
  constructor(private readonly read: () => Record<string, string>) {}

  /** Returns the unedited file of the checkout. */
  async original(): Promise<string> {
    return (await this.files())[EDITABLE_FILE] ?? "";
  }

  /** Returns why a device must retry later; undefined if `compile` accepts it now. */
  refusal(device: string): BusyReason | undefined {
    return this.queue.busyReason(device);
  }

  /**
   * Compiles a program. Call this function only if there is no `refusal`.
   * @throws UserError if the compiler exceeds its limits
   */
  async compile(device: string, source: string): Promise<ProgramView> {
    return await this.queue.run(device, async () => {
      const files = { ...(await this.files()), [EDITABLE_FILE]: source };
      const name = createHash("sha256").update(source).digest("hex");
      const made =
        this.made.get(name) ?? compileInProcess({ entry: ENTRY, files }, this.stopping.signal);
      this.keep(name, made);
      try {
        return await made;
      } catch (error) {
        this.made.delete(name);
        throw error;
      }
    });
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Returns the sources as of the first request, like the unedited program that all tabs get. */
  private async files(): Promise<Record<string, string>> {
    return await this.sources.get(() => Promise.resolve(this.read()));
  }

  private keep(name: string, made: Promise<ProgramView>): void {
    this.made.delete(name);
    this.made.set(name, made);
    for (const oldest of this.made.keys()) {
      if (this.made.size <= CACHED_COMPILES) break;
      this.made.delete(oldest);
    }
  }
}
