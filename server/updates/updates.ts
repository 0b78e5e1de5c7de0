import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { programName } from "../../src/common/update";
import type { FleetView, UpdatesView, UpdateView } from "../../src/common/update-api";
import type { Clock } from "../base/clock";
import type { Log } from "../base/log";
import { locate } from "../base/source-map";
import { UserError } from "../base/user-error";
import type { Devices, ServerBus } from "../deciding/index";
import type { UpdateKeys } from "../setup/update-keys";
import { Candidates, pathOf } from "./candidates";
import { Crashes } from "./crashes";
import { Dispatcher } from "./dispatcher";
import { Fleets } from "./fleets";
import { AWAY, checkProgress, CONFIRM_S, type Job } from "./job";
import { Jobs } from "./jobs";
import { type NewSettingValues, sealedSettings } from "./new-settings";
import { Orders } from "./orders";
import { ProgramDownloads } from "./program-downloads";
import { Programs, type ProgramsParts } from "./programs";
import { UpdateStore } from "./update-store";
import { shortHashOf } from "./upload";

export interface UpdatesOptions {
  /** The folder in which jobs are saved. */
  dir: string;
  keys: UpdateKeys;
  bus: ServerBus;
  devices: Devices;
  clock: Clock;
  log: Log;
  /** Returns the version of the current sources. */
  fw: () => string;
  /**
   * Compiles the current sources.
   * @param board the board's name; "" for any board that detects its sensor and LED itself
   * @throws UserError
   */
  compile: (board: string) => Promise<Uint8Array>;
  /** Returns the program of the current sources, if it has been compiled for this board. */
  compiled: ProgramsParts["compiled"];
  /** Sends an order. Resolves once the broker has acknowledged it. */
  order: (id: string, text: string) => Promise<void>;
  /** Whether the server is connected to its broker. */
  isLinked: () => boolean;
  /**
   * Returns the gateway's address for devices: `ws://HOST:PORT`. The host `*` stands for the host
   * of the device's broker.
   */
  address: () => string;
}

const LOOK_MS = 1_000;
const ONE_NETWORK =
  "could not return to its present Wi-Fi if the new one fails: only a Wio Terminal with this release's runtime can";

/** Updates devices over the network. Each job continues after a restart of the server. */
export class Updates {
  private readonly store: UpdateStore;
  private readonly jobs: Jobs;
  private readonly orders: Orders;
  private readonly candidates: Candidates;
  private readonly fleets: Fleets;
  private readonly dispatcher: Dispatcher;
  private readonly downloads: ProgramDownloads;
  private readonly programs: Programs;
  private readonly crashes: Crashes;
  private readonly timer: NodeJS.Timeout;
  private readonly noticed = (id: string) => {
    const job = this.jobs.of(id);
    if (job) this.look(job);
    const { state = null } = this.options.devices.reported(id) ?? {};
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
    this.store = new UpdateStore(dir, (text) => log("server", text, { level: "warn" }));
    this.programs = new Programs(options);
    const before = this.store.load();
    const placeOf = (text: string, program: string, board: string) => {
      const sourceMap = this.store.sourceMap(program) ?? this.programs.sourceMap(board, program);
      return sourceMap && locate(text, sourceMap);
    };
    const programWith = (hash: number, board: string, job: Job | undefined) => {
      const tried = job?.hash === undefined ? undefined : this.store.program(job.hash);
      if (job?.hash !== undefined && tried && shortHashOf(tried) === hash)
        return programName(job.hash);
      return this.programs.nameWith(hash, board);
    };
    this.crashes = new Crashes({ clock, log, programWith, placeIn: placeOf }, before.crashes ?? []);
    const crashes = () => this.crashes.all();
    const onChange = () => this.fleets.goOn();
    this.jobs = new Jobs({ store: this.store, clock, log, bus, crashes, onChange }, before);
    const { jobs, store, orders, programs } = this;
    this.candidates = new Candidates(devices, orders);
    const start = (ids: string[], downgrade: boolean) => this.start(ids, downgrade);
    this.fleets = new Fleets({ jobs, candidates: this.candidates, clock, log, start });
    const addressFor = (id: string) => address() + pathOf(id);
    this.dispatcher = new Dispatcher({ ...options, jobs, store, orders, programs, addressFor });
    this.downloads = new ProgramDownloads({
      ...options,
      jobs,
      store,
      orders,
      dispatcher: this.dispatcher,
    });
    bus.on("device", this.noticed);
    bus.on("removed", this.removed);
    this.timer = setInterval(() => this.lookAtAll(), LOOK_MS);
    this.timer.unref();
  }

  stop(): void {
    this.dispatcher.stop();
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
   * Begins an update, or joins the running one.
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
   * Begins a fleet's update, or joins the running one. Devices that accept no update, such as a
   * lesson's, are left out.
   * @throws UserError if no device accepts an update, or if another fleet's update is running
   */
  beginFleet(ids: string[], downgrade: boolean): { fleet: FleetView; isJoined: boolean } {
    return this.fleets.begin(ids, downgrade);
  }

  /**
   * Cancels a device's update. A fleet's update goes on without the device.
   * @throws UserError if there is no update, or if the update can't be cancelled any more
   */
  cancel(id: string): { update: UpdateView } {
    const job = this.jobs.of(id);
    if (!job) throw new UserError(`${id}: has no update to cancel`);
    const why = this.jobs.cancel(job);
    if (why !== undefined) throw new UserError(`${id}: ${why}`);
    this.fleets.leaveOut(id);
    this.fleets.goOn();
    this.jobs.save();
    return { update: viewOf(job) };
  }

  /**
   * Cancels the fleet's update. A device that is already receiving the program still gets it.
   * @param ids the devices; undefined to cancel any running update
   * @throws UserError if no update is running, or if the update also includes other devices
   */
  cancelFleet(ids?: string[]): { fleet: FleetView } {
    return this.fleets.cancel(ids);
  }

  /**
   * Sends an order other than an update. The order is not kept for an offline device.
   * @throws UserError if the device accepts no order
   */
  async order(id: string, what: "restart" | "identify" | "report"): Promise<{ n: number }> {
    const n = this.nextN(id);
    await this.orders.give(id, { n, do: what });
    return { n };
  }

  /**
   * Orders a device to try new settings. The device reports the outcome in its state.
   * @throws UserError if the device accepts no order, or if the settings are too long
   */
  async set(id: string, changes: NewSettingValues): Promise<{ n: number }> {
    const n = this.nextN(id);
    const { networks = 1 } = this.options.devices.view(id)?.state ?? {};
    if (changes.WIFI_SSID !== undefined && networks < 2)
      throw new UserError(`${id}: ${ONE_NETWORK}`);
    const settings = { n, s: CONFIRM_S, ...changes };
    const set = sealedSettings(this.orders.keyOf(id), id, settings);
    await this.orders.give(id, { n, do: "set", set });
    return { n };
  }

  /** @throws UserError if the device accepts no order now */
  private nextN(id: string): number {
    this.candidates.check(id);
    if (!this.candidates.isOnline(id)) throw new UserError(`${id}: is offline`);
    if (!this.options.isLinked()) throw new UserError("the server is not connected to its broker");
    return this.orders.nextN(id, this.jobs.of(id)?.n, this.options.devices.view(id)?.state);
  }

  /**
   * Handles a device's connection to the gateway.
   * @throws UserError if the client can't be one of our devices
   */
  gateway(id: string, request: IncomingMessage): (socket: WebSocket) => void {
    return this.downloads.receive(id, request);
  }

  /**
   * Starts the updates of these devices. Adds all jobs before the first one starts, because the
   * fleet judges its jobs together.
   */
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
    // The fleet is checked, too: devices that have no job yet also come and go.
    this.fleets.goOn();
  }

  private look(job: Job): void {
    const { devices, isLinked } = this.options;
    const { lines } = job;
    const before = lines.length;
    const isToBeAsked = checkProgress(job, devices.view(job.id), this.jobs.nowMs(), isLinked());
    if (lines.length > before) this.jobs.changed(job);
    if (isToBeAsked) void this.dispatcher.ask(job);
  }
}

function viewOf({ id, step, sinceMs, begunMs, lines }: Job): UpdateView {
  return { id, step, sinceMs, begunMs, lines };
}
