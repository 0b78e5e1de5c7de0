/** What of updates outlives the server: jobs, and the programs that they are about. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FleetView } from "../../src/common/api";
import { writeSecretFile } from "../base/secret-file";
import { messageOf, UserError } from "../base/user-error";
import type { Job } from "./job";
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

  /** @throws UserError if the file is broken */
  load(): Kept {
    if (!existsSync(this.path)) return { jobs: [], fleet: null };
    try {
      const { jobs, fleet } = JSON.parse(readFileSync(this.path, "utf8")) as Kept;
      if (!Array.isArray(jobs)) throw new Error("expected jobs");
      return { jobs, fleet };
    } catch (error) {
      throw new UserError(`${this.path}: ${messageOf(error)}; without this file no update goes on`);
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
