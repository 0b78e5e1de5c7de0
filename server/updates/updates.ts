import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { programName } from "../../src/common/update";
import type { FleetView, UpdatesView, UpdateView } from "../../src/common/update-api";
import type { Clock } from "../base/clock";
import type { Log } from "../base/log";
import { placeIn } from "../base/places";
import { UserError } from "../base/user-error";
import type { Devices } from "../deciding/devices";
import type { ServerBus } from "../deciding/events";
import type { UpdateKeys } from "../setup/update-keys";
import { Asking } from "./asking";
import { Candidates, pathOf } from "./candidates";
import { Crashes } from "./crashes";
import { Fleets } from "./fleets";
import { AWAY, CONFIRM_S, type Job, look } from "./job";
import { Jobs } from "./jobs";
import { KeptUpdates } from "./kept";
import { type Changes, sealedSettings } from "./new-settings";
import { Orders } from "./orders";
import { Programs, type ProgramsParts } from "./programs";
import { shortHashOf } from "./upload";
import { Visits } from "./visits";

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
  /** What was compiled before from the sources as they are now. */
  compiled: ProgramsParts["compiled"];
  /** Resolves once the broker has the order. */
  order: (id: string, text: string) => Promise<void>;
  /** Whether the server has its broker. */
  isLinked: () => boolean;
  /** Where devices reach the gateway: `ws://HOST:PORT`; `*` as the host is that of their broker. */
  address: () => string;
}

const LOOK_MS = 1_000;
const ONE_NETWORK =
  "could not go back to the Wi-Fi that it has: only a Wio Terminal with this release's runtime can";

/** New programs for devices, over the network. Each job goes on after a restart of the server. */
export class Updates {
  private readonly kept: KeptUpdates;
  private readonly jobs: Jobs;
  private readonly orders: Orders;
  private readonly candidates: Candidates;
  private readonly fleets: Fleets;
  private readonly asking: Asking;
  private readonly visits: Visits;
  private readonly programs: Programs;
  private readonly crashes: Crashes;
  private readonly timer: NodeJS.Timeout;
  private readonly noticed = (id: string) => {
    const job = this.jobs.of(id);
    if (job) this.look(job);
    const { state = null } = this.options.devices.said(id) ?? {};
    if (this.crashes.look({ id, state }, job)) this.jobs.save();
  };
  private readonly removed = (id: string) => {
    this.jobs.delete(id);
    this.crashes.forget(id);
    this.fleets.leaveOut(id);
    this.fleets.goOn();
    this.jobs.save();
  };

  constructor(private readonly options: UpdatesOptions) {
    const { address, bus, clock, devices, dir, keys, log, order } = options;
    this.orders = new Orders(keys, clock, order);
    this.kept = new KeptUpdates(dir, (text) => log("server", text, { level: "warn" }));
    this.programs = new Programs(options);
    const before = this.kept.load();
    const placeOf = (text: string, program: string, board: string) => {
      const places = this.kept.places(program) ?? this.programs.places(board, program);
      return places && placeIn(text, places);
    };
    const programWith = (hash: number, board: string, job: Job | undefined) => {
      const tried = job?.hash === undefined ? undefined : this.kept.program(job.hash);
      if (job?.hash !== undefined && tried && shortHashOf(tried) === hash)
        return programName(job.hash);
      return this.programs.nameWith(hash, board);
    };
    this.crashes = new Crashes({ clock, log, programWith, placeIn: placeOf }, before.crashes ?? []);
    const crashes = () => this.crashes.all();
    const onChange = () => this.fleets.goOn();
    this.jobs = new Jobs({ kept: this.kept, clock, log, bus, crashes, onChange }, before);
    const { jobs, kept, orders, programs } = this;
    this.candidates = new Candidates(devices, orders);
    const start = (ids: string[], downgrade: boolean) => this.start(ids, downgrade);
    this.fleets = new Fleets({ jobs, candidates: this.candidates, clock, log, start });
    const addressFor = (id: string) => address() + pathOf(id);
    this.asking = new Asking({ ...options, jobs, kept, orders, programs, addressFor });
    this.visits = new Visits({ ...options, jobs, kept, orders, asking: this.asking });
    bus.on("device", this.noticed);
    bus.on("removed", this.removed);
    this.timer = setInterval(() => this.lookAtAll(), LOOK_MS);
    this.timer.unref();
  }

  stop(): void {
    this.asking.stop();
    clearInterval(this.timer);
    this.options.bus.off("device", this.noticed);
    this.options.bus.off("removed", this.removed);
  }

  view(): UpdatesView {
    const { fleet } = this.jobs;
    const updates = this.jobs.all().map(viewOf);
    return { updates, fleet, programs: this.programs.view(), crashes: this.crashes.all() };
  }

  /**
   * Begins an update, or joins the one that is under way.
   * @throws UserError if the device can't be updated
   */
  begin(id: string, downgrade: boolean): { update: UpdateView; isJoined: boolean } {
    const isJoined = this.jobs.isUnderWay(id);
    if (!isJoined) {
      this.candidates.check(id);
      this.start([id], downgrade);
    }
    return { update: viewOf(this.jobs.of(id) as Job), isJoined };
  }

  /**
   * Begins one update after another; or joins the fleet that is under way. Devices that take no
   * update, as a lesson's, are left out.
   * @throws UserError if none of them takes one, or others are under way
   */
  beginFleet(ids: string[], downgrade: boolean): { fleet: FleetView; isJoined: boolean } {
    return this.fleets.begin(ids, downgrade);
  }

  /**
   * Calls an update off. A fleet goes on without the device.
   * @throws UserError if there is none, or if the program is on its way already
   */
  cancel(id: string): { update: UpdateView } {
    const job = this.jobs.of(id);
    if (!job) throw new UserError(`${id}: has no update`);
    const why = this.jobs.callOff(job);
    if (why !== undefined) throw new UserError(`${id}: ${why}`);
    this.fleets.leaveOut(id);
    this.fleets.goOn();
    this.jobs.save();
    return { update: viewOf(job) };
  }

  /**
   * Calls the fleet's update off. A device whose program is on its way gets it all the same.
   * @param ids undefined for whatever is under way
   * @throws UserError if nothing is, or if it is of others, too
   */
  cancelFleet(ids?: string[]): { fleet: FleetView } {
    return this.fleets.cancel(ids);
  }

  /**
   * Orders something else; it is not kept for a device that is away.
   * @throws UserError if the device can't be ordered
   */
  async order(id: string, what: "restart" | "identify" | "report"): Promise<{ n: number }> {
    const n = this.nextN(id);
    await this.orders.give(id, { n, do: what });
    return { n };
  }

  /**
   * Has the device try new settings. It says in its state what came of them.
   * @throws UserError if the device can't be ordered, or they are too long
   */
  async set(id: string, changes: Changes): Promise<{ n: number }> {
    const n = this.nextN(id);
    const { networks = 1 } = this.options.devices.view(id)?.state ?? {};
    if (changes.WIFI_SSID !== undefined && networks < 2)
      throw new UserError(`${id}: ${ONE_NETWORK}`);
    const settings = { n, s: CONFIRM_S, ...changes };
    const set = sealedSettings(this.orders.keyOf(id), id, settings);
    await this.orders.give(id, { n, do: "set", set });
    return { n };
  }

  /** @throws UserError if the device can't be ordered */
  private nextN(id: string): number {
    this.candidates.check(id);
    if (!this.candidates.isOnline(id)) throw new UserError(`${id}: is away`);
    if (!this.options.isLinked()) throw new UserError("the server has no broker at present");
    return this.orders.nextN(id, this.jobs.of(id)?.n, this.options.devices.view(id)?.state);
  }

  /**
   * A device comes for its program.
   * @throws UserError if it can be none of ours
   */
  gateway(id: string, request: IncomingMessage): (socket: WebSocket) => void {
    return this.visits.receive(id, request);
  }

  /** All of them are there before the first goes on: a fleet judges them together. */
  private start(ids: string[], downgrade: boolean): void {
    const begun = ids
      .filter((id) => !this.jobs.isUnderWay(id))
      .map((id) => this.jobs.add(id, downgrade));
    for (const job of begun) {
      this.jobs.enter(job, "waiting", this.candidates.isOnline(job.id) ? "begun" : AWAY);
      this.look(job);
    }
  }

  private lookAtAll(): void {
    for (const job of this.jobs.all()) this.look(job);
    // Devices of a fleet that have no job yet come and go, too.
    this.fleets.goOn();
  }

  private look(job: Job): void {
    const { devices, isLinked } = this.options;
    const { lines } = job;
    const before = lines.length;
    const isToBeAsked = look(job, devices.view(job.id), this.jobs.nowMs(), isLinked());
    if (lines.length > before) this.jobs.changed(job);
    if (isToBeAsked) void this.asking.ask(job);
  }
}

function viewOf({ id, step, sinceMs, begunMs, lines }: Job): UpdateView {
  return { id, step, sinceMs, begunMs, lines };
}
