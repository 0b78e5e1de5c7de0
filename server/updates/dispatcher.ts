import { mismatch, type Order, programName } from "../../src/common/update";
import { isOver } from "../../src/common/update-api";
import { messageOf, UserError } from "../base/user-error";
import type { Devices } from "../deciding/index";
import { ProgramKey } from "../setup/program-key";
import { CONFIRM_S, type Job, MAX_TRIES, NO_BROKER } from "./job";
import type { Jobs } from "./jobs";
import type { Orders } from "./orders";
import type { Programs } from "./programs";
import type { UpdateStore } from "./update-store";
import { hashOf, padProgram } from "./upload";

export interface DispatcherParts {
  /** Folder of the key that signs programs. */
  dir: string;
  jobs: Jobs;
  store: UpdateStore;
  orders: Orders;
  programs: Programs;
  devices: Pick<Devices, "view">;
  fw: () => string;
  compile: (board: string) => Promise<Uint8Array>;
  /** Returns the address at which the device fetches its program. */
  addressFor: (id: string) => string;
  /** Whether the server is connected to its broker. */
  isLinked: () => boolean;
}

interface Ready {
  program: Buffer;
  /** SHA-256 of the padded program, hex. */
  hash: string;
  name: string;
  fw: string;
}

/** Compiles the program and orders a device to fetch it. */
export class Dispatcher {
  private isStopped = false;
  private readonly inProgress = new Set<string>();

  constructor(private readonly parts: DispatcherParts) {}

  stop(): void {
    this.isStopped = true;
  }

  async ask(job: Job): Promise<void> {
    const { id } = job;
    if (this.inProgress.has(id)) return;
    this.inProgress.add(id);
    try {
      await this.prepareAndOrder(job);
    } catch (error) {
      this.failed(job, error);
    } finally {
      this.inProgress.delete(id);
    }
  }

  private failed(job: Job, error: unknown): void {
    // Work that the server's shutdown interrupted, for example the compiler, is repeated after the
    // next start.
    const isCutOff = this.isStopped || (error instanceof Error && error.name === "AbortError");
    if (!isCutOff) this.parts.jobs.fail(job, messageOf(error));
  }

  /**
   * Prepares the program for a device that came to the gateway without an order.
   * @returns false if there is no program for the device; the job then says why
   */
  async prepare(job: Job): Promise<boolean> {
    try {
      const { board, state } = this.known(job);
      if (!state)
        throw new UserError("the device came by itself, and this server does not know its board");
      const ready = await this.compiled(board);
      if (isOver(job)) return false;
      // A device that gets an order makes this check itself, but this device has come without an
      // order.
      const { downgrade } = job;
      const order = { n: 0, do: "update", board, fw: ready.fw, downgrade } as const;
      const why = mismatch(order, { board, fw: state.fw ?? "" });
      if (why !== undefined) throw new UserError(why);
      this.keep(job, board, ready);
      return true;
    } catch (error) {
      this.failed(job, error);
      return false;
    }
  }

  private async prepareAndOrder(job: Job): Promise<void> {
    const { id } = job;
    const { addressFor, devices, dir, isLinked, jobs, orders } = this.parts;
    const { board, state } = this.known(job);
    const ready = await this.compiled(board);
    // While the compiler ran, the device or the broker may have gone, or a person may have
    // cancelled the update.
    if (!devices.view(id)?.online || !isLinked() || isOver(job)) return;
    const { fw, hash, name, program } = ready;
    if (state?.program === name && !state.trial)
      return jobs.enter(job, "confirmed", `already runs ${name}`);
    job.n = orders.nextN(id, job.n, devices.view(id)?.state);
    job.tries++;
    this.keep(job, board, ready);
    jobs.enter(job, "asked", `asked to fetch program ${name}, version ${fw}`);
    await this.order(job, {
      n: job.n,
      do: "update",
      at: addressFor(id),
      ...{ hash, board, fw, signature: new ProgramKey(dir).sign(program) },
      ...(job.downgrade && { downgrade: true }),
      confirm_s: CONFIRM_S,
    });
  }

  private known({ id }: Job) {
    const { state } = this.parts.devices.view(id) ?? {};
    return { state, board: state?.board ?? "" };
  }

  private async compiled(board: string): Promise<Ready> {
    const fw = this.parts.fw();
    const program = padProgram(await this.parts.compile(board));
    const hash = hashOf(program);
    return { fw, program, hash, name: programName(hash) };
  }

  private keep(job: Job, board: string, { program, hash, name }: Ready): void {
    const { jobs, store, programs } = this.parts;
    job.hash = hash;
    const needed = jobs.all().flatMap(({ hash = [] }) => hash);
    store.keepProgram(program, needed, programs.sourceMap(board, name));
  }

  private async order(job: Job, order: Omit<Order, "mac">): Promise<void> {
    const { isLinked, jobs, orders } = this.parts;
    try {
      await orders.give(job.id, order);
    } catch (error) {
      if (error instanceof UserError || (isLinked() && job.tries >= MAX_TRIES)) throw error;
      // If the connection to the broker was lost, this does not count as a try: it is not the
      // device's fault.
      if (!isLinked()) job.tries--;
      jobs.enter(job, "waiting", NO_BROKER);
    }
  }
}
