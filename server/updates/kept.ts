/** What of updates outlives the server: jobs, and the programs that they are about. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FleetView } from "../../src/common/api";
import { writeSecretFile } from "../base/secret-file";
import { messageOf } from "../base/user-error";
import { type Job, STEPS } from "./job";
import { hashOf } from "./upload";

export interface Kept {
  jobs: Job[];
  fleet: FleetView | null;
}

const PROGRAM = /^([0-9a-f]{64})\.devs$/;

export class KeptUpdates {
  private readonly path: string;
  private readonly programs: string;
  /** Why the last time nothing could be written. */
  private failure: string | undefined;

  /** @param warn told once of each failure */
  constructor(
    dir: string,
    private readonly warn: (text: string) => void,
  ) {
    this.path = join(dir, "updates.json");
    this.programs = join(dir, "updates");
  }

  /** A file that can't be read is set aside: updates go on without it. */
  load(): Kept {
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
      this.warn(`${this.path}: ${messageOf(error)}; set aside as ${aside}. Begin updates again.`);
      return nothing;
    }
  }

  /** If it can't be written, updates go on; only the next start would not know of them. */
  save(kept: Kept): void {
    let failure: string | undefined;
    try {
      writeSecretFile(this.path, `${JSON.stringify(kept, undefined, 2)}\n`);
    } catch (error) {
      failure = messageOf(error);
    }
    if (failure !== undefined && failure !== this.failure)
      this.warn(`Updates are not kept: ${failure}`);
    this.failure = failure;
  }

  /** @returns undefined if it is not there, or not the same any more */
  program(hash: string): Buffer | undefined {
    const path = this.pathOf(hash);
    const program = existsSync(path) ? readFileSync(path) : undefined;
    return program && hashOf(program) === hash ? program : undefined;
  }

  /** Keeps a program, and of the others only those that are still needed. */
  keepProgram(program: Buffer, needed: string[]): void {
    const hash = hashOf(program);
    if (!existsSync(this.pathOf(hash))) writeSecretFile(this.pathOf(hash), program);
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

function isKept(value: unknown): value is Kept {
  const { jobs, fleet } = (value ?? {}) as Partial<Kept>;
  const isFleet = fleet === null || Array.isArray(fleet?.waves);
  return isFleet && Array.isArray(jobs) && jobs.every(isJob);
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
