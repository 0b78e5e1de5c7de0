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

  constructor(dir: string) {
    this.path = join(dir, "updates.json");
    this.programs = join(dir, "updates");
  }

  /** @param warn told of a file that can't be read; it is set aside, as updates go on without it */
  load(warn: (text: string) => void): Kept {
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
      warn(`${this.path}: ${messageOf(error)}; set aside as ${aside}. Begin updates again.`);
      return nothing;
    }
  }

  save(kept: Kept): void {
    writeSecretFile(this.path, `${JSON.stringify(kept, undefined, 2)}\n`);
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
