import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { isOver } from "../../src/common/update-api";
import type { Clock } from "../base/clock";
import type { Log } from "../base/log";
import { UserError } from "../base/user-error";
import { deviceSeed } from "./channel";
import type { Dispatcher } from "./dispatcher";
import { type ProgramDelivery, serveProgram } from "./gateway";
import { type Job } from "./job";
import type { Jobs } from "./jobs";
import type { Orders } from "./orders";
import { gatewayKey } from "./seal";
import type { UpdateStore } from "./update-store";

const COMES_BY_ITSELF = "the device came by itself, because it can't reach its broker";
const COMES_BACK =
  "the device came for another program: it can't reach its broker, or it has restarted";
const FOREIGN =
  "a client asked for the program with another key than the device's in update-keys.json";
const WAY_ON = "it connects again, or reports its program in its state";

export interface ProgramDownloadsParts {
  jobs: Jobs;
  store: UpdateStore;
  orders: Orders;
  dispatcher: Dispatcher;
  clock: Clock;
  log: Log;
  /** Whether the server is connected to its broker. */
  isLinked: () => boolean;
}

/**
 * Handles devices that come to the gateway, because of an order or because they can't reach their
 * broker.
 */
export class ProgramDownloads {
  /** Devices that came without an order. Each device is logged once until the server restarts. */
  private readonly strays = new Set<string>();

  constructor(private readonly parts: ProgramDownloadsParts) {}

  /** @throws UserError if the server has no key for this device */
  receive(id: string, request: IncomingMessage): (socket: WebSocket) => void {
    const seed = deviceSeed(request.headers["sec-websocket-protocol"]);
    if (!seed) throw new UserError(`${id}: expected a subprotocol devs-key-…`);
    const key = gatewayKey(this.parts.orders.keyOf(id), id);
    return (socket) =>
      serveProgram(socket, seed, {
        key,
        delivery: () => this.delivery(id),
        onForeign: () => this.sayForeign(id),
      });
  }

  /**
   * Called when the device has proved its key.
   * @returns the delivery for the device, if there is one
   */
  private async delivery(id: string): Promise<ProgramDelivery | undefined> {
    const { dispatcher, isLinked, jobs, store } = this.parts;
    const job = jobs.of(id);
    // While the broker is down, a device that can't reach the broker need not have a bad program,
    // so it gets no other one.
    if (!isLinked() && job?.step !== "asked" && job?.step !== "sending") return undefined;
    if (!job || isOver(job)) return this.sayStray(id);
    if (job.step === "trial") return this.comeBack(job);
    // The device can't reach its broker: otherwise it would have received an order.
    if (job.step === "waiting" && !(await dispatcher.prepare(job))) return undefined;
    const program = job.hash === undefined ? undefined : store.program(job.hash);
    if (program) return this.deliveryOf(job, program);
    jobs.fail(job, "its program is no longer stored");
    return undefined;
  }

  private deliveryOf(job: Job, program: Buffer): ProgramDelivery {
    const { jobs } = this.parts;
    const how = job.step === "waiting" ? COMES_BY_ITSELF : "connected";
    return {
      program,
      isMeant: () => !isOver(job),
      onOpen: () => jobs.enter(job, "sending", `${how}; sending ${program.length} bytes`),
      onStored: () => {
        const s = ((jobs.nowMs() - job.sinceMs) / 1000).toFixed(1);
        jobs.enter(job, "trial", `written in ${s} s, hash checked; the program starts`);
      },
      onRefused: (why) => jobs.fail(job, why),
      onLost: (why) => {
        if (job.step === "sending") jobs.enter(job, "sending", `${why}: ${WAY_ON}`);
      },
    };
  }

  /**
   * Handles a device that comes back with an unconfirmed program. Afterwards, a person may replace
   * that program by another update.
   */
  private comeBack(job: Job): undefined {
    const { jobs } = this.parts;
    if (job.hasComeBack) return;
    job.hasComeBack = true;
    job.lines.push({ atMs: this.parts.clock.wallMs(), text: COMES_BACK });
    jobs.changed(job);
  }

  private sayStray(id: string): undefined {
    if (this.strays.has(id)) return;
    this.strays.add(id);
    const text = `${id}: ${COMES_BY_ITSELF}. npm run update -- --device ${id} gives it another program.`;
    this.parts.log("server", text, { level: "warn", id });
  }

  /**
   * Notes a client with another key. Each job notes this once, because a client without the key can
   * come any number of times.
   */
  private sayForeign(id: string): void {
    const { clock, jobs } = this.parts;
    const job = jobs.of(id);
    if (!job || isOver(job) || job.lines.some(({ text }) => text === FOREIGN)) return;
    job.lines.push({ atMs: clock.wallMs(), text: FOREIGN });
    jobs.changed(job);
  }
}
