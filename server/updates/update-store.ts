/** The state of updates that survives a restart: jobs and their programs. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CrashView, FleetView } from "../../src/common/update-api";
import { writeSecretFile } from "../base/secret-file";
import type { SourceMap } from "../base/source-map";
import { messageOf } from "../base/user-error";
import { type Job, STEPS } from "./job";
import { hashOf } from "./upload";

export interface StoredUpdates {
  jobs: Job[];
  fleet: FleetView | null;
  /** Absent in files from earlier versions. */
  crashes?: CrashView[];
}

const PROGRAM = /^([0-9a-f]{64})\.(?:devs|places\.json)$/;

const PLACES = ".places.json";

/**
 * Stores the jobs and the programs that they still need. Other programs are deleted, so that the
 * number of files is bounded.
 */
export class UpdateStore {
  private readonly path: string;
  private readonly programs: string;
  /** Why the last write failed. */
  private failure: string | undefined;

  /** @param warn called once for each failure */
  constructor(
    dir: string,
    private readonly warn: (text: string) => void,
  ) {
    this.path = join(dir, "updates.json");
    this.programs = join(dir, "updates");
  }

  /** Loads the state. An unreadable file is renamed, and updates go on without it. */
  load(): StoredUpdates {
    const nothing = { jobs: [], fleet: null };
    if (!existsSync(this.path)) return nothing;
    try {
      const kept: unknown = JSON.parse(readFileSync(this.path, "utf8"));
      if (isKept(kept)) return kept;
      throw new Error("expected jobs and a fleet");
    } catch (error) {
      const aside = `${this.path}.damaged`;
      rmSync(aside, { recursive: true, force: true });
      renameSync(this.path, aside);
      this.warn(`${this.path}: ${messageOf(error)}; renamed to ${aside}. Start the updates again.`);
      return nothing;
    }
  }

  /** Saves the state. If saving fails, updates go on, but are lost at the next restart. */
  save(kept: StoredUpdates): void {
    let failure: string | undefined;
    try {
      writeSecretFile(this.path, `${JSON.stringify(kept, undefined, 2)}\n`);
    } catch (error) {
      failure = messageOf(error);
    }
    if (failure !== undefined && failure !== this.failure)
      this.warn(`Updates are not saved: ${failure}`);
    this.failure = failure;
  }

  /** @returns undefined if the file is missing or damaged */
  program(hash: string): Buffer | undefined {
    const path = this.pathOf(hash);
    const program = existsSync(path) ? readFileSync(path) : undefined;
    return program && hashOf(program) === hash ? program : undefined;
  }

  /**
   * Returns the map from a program's instructions to its sources.
   * @param name the program's name, as in a device's state
   * @returns undefined if no map is stored
   */
  sourceMap(name: string): SourceMap | undefined {
    if (!existsSync(this.programs)) return undefined;
    const file = readdirSync(this.programs).find(
      (file) => file.startsWith(name) && file.endsWith(PLACES),
    );
    if (file === undefined) return undefined;
    try {
      const sourceMap: unknown = JSON.parse(readFileSync(join(this.programs, file), "utf8"));
      return isSourceMap(sourceMap) ? sourceMap : undefined;
    } catch {
      // A damaged map is ignored: the place of a crash is useful but not essential.
      return undefined;
    }
  }

  /**
   * Stores a program, and deletes all other programs that no job needs.
   * @param needed hashes of the programs that a job needs
   */
  keepProgram(program: Buffer, needed: string[], sourceMap?: SourceMap): void {
    const hash = hashOf(program);
    if (!existsSync(this.pathOf(hash))) writeSecretFile(this.pathOf(hash), program);
    if (sourceMap) writeSecretFile(join(this.programs, hash + PLACES), JSON.stringify(sourceMap));
    for (const name of readdirSync(this.programs)) {
      const other = PROGRAM.exec(name)?.[1];
      if (other !== undefined && other !== hash && !needed.includes(other))
        rmSync(join(this.programs, name), { force: true });
    }
  }

  private pathOf(hash: string): string {
    return join(this.programs, `${hash}.devs`);
  }
}

function isSourceMap(value: unknown): value is SourceMap {
  const { functions, sources, code } = (value ?? {}) as Partial<SourceMap>;
  return [functions, sources, code].every(Array.isArray);
}

function isKept(value: unknown): value is StoredUpdates {
  const { jobs, fleet, crashes = [] } = (value ?? {}) as Partial<StoredUpdates>;
  const isFleet = fleet === null || Array.isArray(fleet?.waves);
  return (
    isFleet &&
    Array.isArray(crashes) &&
    crashes.every(isCrash) &&
    Array.isArray(jobs) &&
    jobs.every(isJob)
  );
}

function isCrash(value: unknown): value is CrashView {
  const { id, atMs, text } = (value ?? {}) as Partial<CrashView>;
  return typeof id === "string" && typeof atMs === "number" && typeof text === "string";
}

function isJob(value: unknown): value is Job {
  const { id, step, lines, sinceMs, tries } = (value ?? {}) as Partial<Job>;
  return (
    typeof id === "string" &&
    STEPS.includes(step as Job["step"]) &&
    Array.isArray(lines) &&
    typeof sinceMs === "number" &&
    typeof tries === "number"
  );
}
