import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import type { FleetView, UpdatesView, UpdateView } from "../../src/common/api";
import { type Order, programName } from "../../src/common/update";
import type { Clock } from "../base/clock";
import type { Log } from "../base/log";
import { messageOf, UserError } from "../base/user-error";
import type { Devices } from "../deciding/devices";
import type { ServerBus } from "../deciding/events";
import type { UpdateKeys } from "../setup/update-keys";
import { deviceSeed } from "./channel";
import { advance, isHeldUp, waves } from "./fleet";
import { deliver } from "./gateway";
import { AWAY, CONFIRM_S, enter, fail, isOver, type Job, look, newJob, unfit } from "./job";
import { KeptUpdates } from "./kept";
import { Orders } from "./orders";
import { gatewayKey } from "./seal";
import { hashOf, padded } from "./upload";

export interface UpdatesOptions {
  /** Where the jobs are kept. */
  dir: string;
  keys: UpdateKeys;
  bus: ServerBus;
  devices: Devices;
  clock: Clock;
  log: Log;
  /** The version of the sources as they are now. */
  fw: () => string;
  /**
   * Compiles the sources as they are now.
   * @param board "" for any board that brings sensor and LED with it
   * @throws UserError
   */
  compile: (board: string) => Promise<Uint8Array>;
  /** Resolves once the broker has the order. */
  order: (id: string, text: string) => Promise<void>;
  /** Where devices reach the gateway: `ws://HOST:PORT`; `*` as the host is that of their broker. */
  address: () => string;
}

const LOOK_MS = 1_000;
/** The runtime's client has room for no longer path (websock_conn.c: `MAX_MESSAGE`). */
const PATH_MAX_LENGTH = 110;
export const GATEWAY_PATH = "/wssk/";

/** New programs for devices, over the network. Each job goes on after a restart of the server. */
export class Updates {
  private readonly kept: KeptUpdates;
  private readonly jobs = new Map<string, Job>();
  private fleet: FleetView | null;
  private readonly timer: NodeJS.Timeout;
  private isStopped = false;
  private readonly asking = new Set<string>();
  private readonly orders: Orders;
  private readonly noticed = (id: string) => {
    const job = this.jobs.get(id);
    if (job) this.look(job);
  };
  private readonly removed = (id: string) => {
    this.jobs.delete(id);
    const { fleet } = this;
    if (fleet?.step === "going")
      fleet.waves = fleet.waves.map((wave) => wave.filter((member) => member !== id));
    this.goOn();
  };

  constructor(private readonly options: UpdatesOptions) {
    const { clock, dir, keys, log, order } = options;
    this.orders = new Orders(keys, clock, order);
    this.kept = new KeptUpdates(dir, (text) => log("server", text, { level: "warn" }));
    const { jobs, fleet } = this.kept.load();
    this.fleet = fleet;
    for (const job of jobs) this.jobs.set(job.id, job);
    options.bus.on("device", this.noticed);
    options.bus.on("removed", this.removed);
    this.timer = setInterval(() => this.lookAtAll(), LOOK_MS);
    this.timer.unref();
  }

  stop(): void {
    this.isStopped = true;
    clearInterval(this.timer);
    this.options.bus.off("device", this.noticed);
    this.options.bus.off("removed", this.removed);
  }

  view(): UpdatesView {
    return { updates: [...this.jobs.values()].map(viewOf), fleet: this.fleet };
  }

  /**
   * Begins an update, or joins the one that is under way.
   * @throws UserError if the device can't be updated
   */
  begin(id: string, downgrade: boolean): { update: UpdateView; isJoined: boolean } {
    const known = this.jobs.get(id);
    if (known && !isOver(known)) return { update: viewOf(known), isJoined: true };
    this.check(id);
    this.start([id], downgrade);
    return { update: viewOf(this.jobs.get(id) as Job), isJoined: false };
  }

  /**
   * Begins one update after another; or joins the fleet that is under way. Devices that take no
   * update, as a lesson's, are left out.
   * @throws UserError if none of them takes one, or others are under way
   */
  beginFleet(ids: string[], downgrade: boolean): { fleet: FleetView; isJoined: boolean } {
    if (ids.length === 0) throw new UserError("there is no device to be updated");
    const left = ids.flatMap((id) => this.unfit(id) ?? []);
    const taken = ids.filter((id) => this.unfit(id) === undefined);
    if (taken.length === 0) throw new UserError(left.join("; "));
    const { fleet: running } = this;
    if (running?.step === "going" && isHeldUp(running, this.jobOf, this.isOnline)) {
      const members = running.waves.flat();
      if (taken.every((id) => members.includes(id))) return { fleet: running, isJoined: true };
      throw new UserError("an update of other devices is under way: wait until it is over");
    }
    for (const why of left) this.options.log("server", `Not updated: ${why}`, { level: "warn" });
    const online = taken.filter(this.isOnline);
    const away = taken.filter((id) => !this.isOnline(id));
    const fleet: FleetView = { step: "going", waves: waves(online, away), wave: 0, downgrade };
    if (left.length > 0) fleet.left = left;
    this.fleet = fleet;
    this.start(fleet.waves[0] ?? [], downgrade);
    return { fleet, isJoined: false };
  }

  /**
   * Orders something else; it is not kept for a device that is away.
   * @throws UserError if the device can't be ordered
   */
  async order(id: string, what: Exclude<Order["do"], "update">): Promise<{ n: number }> {
    this.check(id);
    if (!this.isOnline(id)) throw new UserError(`${id}: is away`);
    const n = this.orders.nextN(id, this.jobs.get(id)?.n);
    await this.orders.give(id, { n, do: what });
    return { n };
  }

  /**
   * A device comes for its program.
   * @throws UserError if none is meant for it
   */
  gateway(id: string, request: IncomingMessage): (socket: WebSocket) => void {
    const seed = deviceSeed(request.headers["sec-websocket-protocol"]);
    if (!seed) throw new UserError(`${id}: expected a subprotocol devs-key-…`);
    const job = this.jobs.get(id);
    const isExpected = job?.step === "asked" || job?.step === "sending" || job?.step === "trial";
    if (!isExpected || job.n === undefined || job.hash === undefined)
      throw new UserError(`${id}: no update was asked for`);
    const key = this.orders.keyOf(id);
    const program = this.kept.program(job.hash);
    if (!program) throw new UserError(`${id}: its program is not kept any more`);
    const { n } = job;
    return (socket) =>
      deliver(socket, seed, {
        key: gatewayKey(key, id, n),
        program,
        onOpen: () => this.enter(job, "sending", `it has come; sending ${program.length} bytes`),
        onStored: () => {
          const s = ((this.nowMs() - job.sinceMs) / 1000).toFixed(1);
          this.enter(job, "trial", `written in ${s} s, hash checked; the program starts`);
        },
        onRefused: (why) => this.fail(job, why),
        onLost: (why) => {
          if (job.step !== "sending") return;
          this.enter(job, "sending", `${why}; it will come again`);
        },
      });
  }

  /** All of them are there before the first goes on: a fleet judges them together. */
  private start(ids: string[], downgrade: boolean): void {
    const isUnderWay = (id: string) => !isOver(this.jobs.get(id) ?? { step: "failed" });
    const jobs = ids
      .filter((id) => !isUnderWay(id))
      .map((id) => newJob(id, downgrade, this.nowMs()));
    for (const job of jobs) this.jobs.set(job.id, job);
    for (const job of jobs) {
      this.enter(job, "waiting", this.isOnline(job.id) ? "begun" : AWAY);
      this.look(job);
    }
  }

  private readonly jobOf = (id: string) => this.jobs.get(id);
  private readonly isOnline = (id: string) => this.options.devices.view(id)?.online ?? false;

  private check(id: string): void {
    const why = this.unfit(id);
    if (why !== undefined) throw new UserError(why);
  }

  /** @returns why the device can't be updated, or undefined */
  private unfit(id: string): string | undefined {
    const { devices, keys } = this.options;
    const view = devices.view(id);
    const key = keys.of(id);
    if (!view && key === undefined) return `no device ${id}`;
    const why = unfit(view?.state ?? null);
    if (why !== undefined) return `${id}: ${why}`;
    if (pathOf(id).length > PATH_MAX_LENGTH)
      return `${id}: too long an id for an update over the network`;
    return this.orders.whyNot(id);
  }

  private lookAtAll(): void {
    for (const job of this.jobs.values()) this.look(job);
  }

  private look(job: Job): void {
    const { lines } = job;
    const before = lines.length;
    const isToBeAsked = look(job, this.options.devices.view(job.id), this.nowMs());
    if (lines.length > before) this.changed(job);
    if (isToBeAsked && !this.asking.has(job.id)) void this.ask(job);
  }

  private async ask(job: Job): Promise<void> {
    const { id } = job;
    this.asking.add(id);
    try {
      await this.prepareAndOrder(job);
    } catch (error) {
      // What the end of the server cut off, as the compiler, goes on after its next start.
      const isCutOff = this.isStopped || (error instanceof Error && error.name === "AbortError");
      if (!isCutOff) this.fail(job, messageOf(error));
    } finally {
      this.asking.delete(id);
    }
  }

  private async prepareAndOrder(job: Job): Promise<void> {
    const { id } = job;
    const { address, compile, devices, fw } = this.options;
    const state = devices.view(id)?.state;
    const board = state?.board ?? "";
    const version = fw();
    const program = padded(await compile(board));
    // It has gone away meanwhile: it is asked when it comes back.
    if (!this.isOnline(id)) return;
    const hash = hashOf(program);
    const name = programName(hash);
    if (state?.program === name && !state.trial)
      return this.enter(job, "confirmed", `it runs ${name} already`);
    job.n = this.orders.nextN(id, job.n);
    job.hash = hash;
    job.tries++;
    const needed = [...this.jobs.values()].flatMap(({ hash = [] }) => hash);
    this.kept.keepProgram(program, needed);
    this.enter(job, "asked", `asked to come for program ${name}, version ${version}`);
    const what: Omit<Order, "mac"> = {
      n: job.n,
      do: "update",
      at: address() + pathOf(id),
      ...{ hash, board, fw: version },
      ...(job.downgrade && { downgrade: true }),
      confirm_s: CONFIRM_S,
    };
    await this.orders.give(id, what);
  }

  private enter(job: Job, step: Job["step"], text: string): void {
    enter(job, step, text, this.nowMs());
    this.changed(job);
  }

  private fail(job: Job, why: string): void {
    fail(job, why, this.nowMs());
    this.changed(job);
  }

  private changed(job: Job): void {
    const { log } = this.options;
    const { id } = job;
    const level = job.step === "failed" ? "warn" : "info";
    log("server", `Update of ${id}: ${job.lines.at(-1)?.text ?? ""}`, { level, id });
    this.goOn();
  }

  private goOn(): void {
    const { fleet } = this;
    if (fleet) {
      const { begin, cancel } = advance(fleet, this.jobOf, this.isOnline);
      for (const id of cancel) this.jobs.delete(id);
      this.start(begin, fleet.downgrade);
    }
    this.kept.save({ jobs: [...this.jobs.values()], fleet });
  }

  private nowMs(): number {
    return this.options.clock.wallMs();
  }
}

function viewOf({ id, step, sinceMs, begunMs, lines }: Job): UpdateView {
  return { id, step, sinceMs, begunMs, lines };
}

function pathOf(id: string): string {
  return GATEWAY_PATH + encodeURIComponent(id);
}
