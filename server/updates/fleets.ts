import type { FleetView } from "../../src/common/update-api";
import { isOver } from "../../src/common/update-api";
import type { Clock } from "../base/clock";
import type { Log } from "../base/log";
import { UserError } from "../base/user-error";
import type { Candidates } from "./candidates";
import { advanceFleet, splitIntoWaves, startedIds } from "./fleet";
import type { Jobs } from "./jobs";

export interface FleetsParts {
  jobs: Jobs;
  candidates: Candidates;
  clock: Clock;
  log: Log;
  /** Begins the updates of these devices. */
  start: (ids: string[], downgrade: boolean) => void;
}

/** Updates of several devices. Only one fleet is updated at a time. */
export class Fleets {
  constructor(private readonly parts: FleetsParts) {}

  /** @throws UserError if no device accepts an update, or if another fleet's update is running */
  begin(ids: string[], downgrade: boolean): { fleet: FleetView; isJoined: boolean } {
    const { candidates, jobs, log, start } = this.parts;
    if (ids.length === 0) throw new UserError("there is no device to update");
    const left = ids.flatMap((id) => candidates.unfit(id) ?? []);
    const taken = ids.filter((id) => candidates.unfit(id) === undefined);
    if (taken.length === 0) throw new UserError(left.join("; "));
    const running = this.running();
    if (running) {
      const members = running.waves.flat();
      if (taken.every((id) => members.includes(id))) return { fleet: running, isJoined: true };
      throw new UserError(
        "an update of other devices is running: wait until it is over, or cancel it",
      );
    }
    for (const why of left) log("server", `Not updated: ${why}`, { level: "warn" });
    const online = taken.filter(candidates.isOnline);
    const away = taken.filter((id) => !candidates.isOnline(id));
    const fleet: FleetView = {
      step: "going",
      waves: splitIntoWaves(online, away),
      wave: 0,
      downgrade,
    };
    if (left.length > 0) fleet.left = left;
    jobs.fleet = fleet;
    start(fleet.waves[0] ?? [], downgrade);
    return { fleet, isJoined: false };
  }

  /**
   * @param ids the devices; undefined to cancel any running update
   * @throws UserError if no update is running, or if the update also includes other devices
   */
  cancel(ids: string[] | undefined): { fleet: FleetView } {
    const { jobs } = this.parts;
    const fleet = this.running();
    if (!fleet) throw new UserError("no update of several devices is running");
    const other = fleet.waves.flat().find((id) => ids && !ids.includes(id));
    if (other !== undefined)
      throw new UserError(`the running update also includes ${other}: cancel the whole update`);
    fleet.step = "cancelled";
    delete fleet.waits;
    for (const id of startedIds(fleet)) {
      const job = jobs.of(id);
      // A transfer that has begun is not cancelled: a board with a single program slot would be
      // left without a program.
      if (job && !isOver(job) && job.step !== "sending") jobs.cancel(job);
    }
    jobs.save();
    return { fleet };
  }

  leaveOut(id: string): void {
    const fleet = this.running();
    if (!fleet) return;
    fleet.waves = fleet.waves.map((wave) => wave.filter((member) => member !== id));
  }

  /**
   * Moves the fleet's update on. Called when a job has changed, and at intervals, because devices
   * come and go.
   */
  goOn(): void {
    const fleet = this.running();
    if (!fleet) return;
    const { candidates, jobs, start } = this.parts;
    const before = JSON.stringify(fleet);
    const { isOnline } = candidates;
    const { begin, cancel } = advanceFleet(fleet, {
      jobOf: jobs.of,
      isOnline,
      nowMs: jobs.nowMs(),
    });
    for (const id of cancel) jobs.delete(id);
    if (JSON.stringify(fleet) !== before) jobs.save();
    start(begin, fleet.downgrade);
  }

  private running(): FleetView | undefined {
    const { fleet } = this.parts.jobs;
    return fleet?.step === "going" ? fleet : undefined;
  }
}
