import { type Order, programName } from "../../src/common/update";
import { messageOf, UserError } from "../base/user-error";
import type { Devices } from "../deciding/devices";
import { ProgramKey } from "../setup/program-key";
import { CONFIRM_S, isOver, type Job, NO_BROKER, TRIES } from "./job";
import type { Jobs } from "./jobs";
import type { KeptUpdates } from "./kept";
import type { Orders } from "./orders";
import type { Programs } from "./programs";
import { hashOf, padded } from "./upload";

export interface AskingParts {
  /** Where the key for programs is. */
  dir: string;
  jobs: Jobs;
  kept: KeptUpdates;
  orders: Orders;
  programs: Programs;
  devices: Pick<Devices, "view">;
  fw: () => string;
  compile: (board: string) => Promise<Uint8Array>;
  /** Where the device fetches its program. */
  addressFor: (id: string) => string;
  /** Whether the server has its broker. */
  isLinked: () => boolean;
}

/** Has the program compiled, and asks a device to come for it. */
export class Asking {
  private isStopped = false;
  private readonly asking = new Set<string>();

  constructor(private readonly parts: AskingParts) {}

  stop(): void {
    this.isStopped = true;
  }

  async ask(job: Job): Promise<void> {
    const { id } = job;
    if (this.asking.has(id)) return;
    this.asking.add(id);
    try {
      await this.prepareAndOrder(job);
    } catch (error) {
      // What the end of the server cut off, as the compiler, goes on after its next start.
      const isCutOff = this.isStopped || (error instanceof Error && error.name === "AbortError");
      if (!isCutOff) this.parts.jobs.fail(job, messageOf(error));
    } finally {
      this.asking.delete(id);
    }
  }

  private async prepareAndOrder(job: Job): Promise<void> {
    const { id } = job;
    const { addressFor, compile, devices, dir, fw, isLinked, jobs, kept } = this.parts;
    const { orders, programs } = this.parts;
    const { state } = devices.view(id) ?? {};
    const board = state?.board ?? "";
    const version = fw();
    const program = padded(await compile(board));
    // It is asked when device and broker are back; a person may have called it off meanwhile.
    if (!devices.view(id)?.online || !isLinked() || isOver(job)) return;
    const hash = hashOf(program);
    const name = programName(hash);
    if (state?.program === name && !state.trial)
      return jobs.enter(job, "confirmed", `it runs ${name} already`);
    job.n = orders.nextN(id, job.n);
    job.hash = hash;
    job.tries++;
    kept.keepProgram(
      program,
      jobs.all().flatMap(({ hash = [] }) => hash),
      programs.places(board, name),
    );
    jobs.enter(job, "asked", `asked to come for program ${name}, version ${version}`);
    await this.order(job, {
      n: job.n,
      do: "update",
      at: addressFor(id),
      ...{ hash, board, fw: version, signature: new ProgramKey(dir).sign(program) },
      ...(job.downgrade && { downgrade: true }),
      confirm_s: CONFIRM_S,
    });
  }

  private async order(job: Job, order: Omit<Order, "mac">): Promise<void> {
    const { isLinked, jobs, orders } = this.parts;
    try {
      await orders.give(job.id, order);
    } catch (error) {
      if (error instanceof UserError || (isLinked() && job.tries >= TRIES)) throw error;
      // The broker has gone away in this moment: that is no fault of the device.
      if (!isLinked()) job.tries--;
      jobs.enter(job, "waiting", NO_BROKER);
    }
  }
}
