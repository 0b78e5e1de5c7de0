import type { CrashView, FleetView } from "../../src/common/update-api";
import { isOver } from "../../src/common/update-api";
import type { Clock } from "../base/clock";
import type { Log } from "../base/log";
import type { ServerBus } from "../deciding/index";
import { cancel, enterStep, fail, type Job, newJob, shiftTimes } from "./job";
import type { StoredUpdates, UpdateStore } from "./update-store";

export interface JobsParts {
  store: UpdateStore;
  clock: Clock;
  log: Log;
  bus: Pick<ServerBus, "emit">;
  /** Returns the crashes, which are saved in the same file. */
  crashes: () => CrashView[];
  /** Called after a changed job was saved. */
  onChange: () => void;
}

/**
 * Smallest jump of the wall clock that counts as setting the clock, ms. Gradual adjustments do no
 * harm.
 */
const CLOCK_SET_MS = 1000;

/** The update jobs, one for each device. Each step is logged and saved to disk. */
export class Jobs {
  fleet: FleetView | null;
  private readonly jobs = new Map<string, Job>();
  /**
   * Offset from the monotonic clock to the wall clock, ms. It changes when the wall clock is set.
   */
  private offsetMs: number;

  /** @param kept the state that was saved before the server started */
  constructor(
    private readonly parts: JobsParts,
    { jobs, fleet }: StoredUpdates,
  ) {
    const { clock } = parts;
    const nowMs = clock.wallMs();
    this.offsetMs = nowMs - clock.monotonicMs();
    this.fleet = fleet;
    for (const job of jobs) {
      // The clock may have been set back while the server was stopped.
      if (!isOver(job) && job.sinceMs > nowMs) shiftTimes(job, nowMs - job.sinceMs);
      this.jobs.set(job.id, job);
    }
  }

  readonly of = (id: string): Job | undefined => this.jobs.get(id);

  all(): Job[] {
    return [...this.jobs.values()];
  }

  isUnderWay(id: string): boolean {
    const job = this.jobs.get(id);
    return job !== undefined && !isOver(job) && !job.hasComeBack;
  }

  add(id: string, downgrade: boolean): Job {
    const job = newJob(id, downgrade, this.nowMs());
    this.jobs.set(id, job);
    return job;
  }

  delete(id: string): void {
    this.jobs.delete(id);
  }

  /** Enters a step. A no-op if the job is over, for example because a person has cancelled it. */
  enter(job: Job, step: Job["step"], text: string): void {
    if (isOver(job)) return;
    enterStep(job, step, text, this.nowMs());
    this.changed(job);
  }

  fail(job: Job, why: string): void {
    if (isOver(job)) return;
    fail(job, why, this.nowMs());
    this.changed(job);
  }

  /** @returns why the job can't be cancelled, or undefined if it has been cancelled */
  cancel(job: Job): string | undefined {
    const why = cancel(job, this.nowMs());
    if (why === undefined) this.changed(job);
    return why;
  }

  /** Logs a job's last line and saves the job. Called when that line is new. */
  changed(job: Job): void {
    const { log, onChange } = this.parts;
    const { id } = job;
    const level = job.step === "failed" ? "warn" : "info";
    log("server", `Update of ${id}: ${job.lines.at(-1)?.text ?? ""}`, { level, id });
    this.save();
    onChange();
  }

  /** Saves all jobs. Called when a job or the fleet has changed. */
  save(): void {
    const { bus, crashes, store } = this.parts;
    store.save({ jobs: this.all(), fleet: this.fleet, crashes: crashes() });
    bus.emit("updates");
  }

  /**
   * Returns the Unix time, ms, for comparison with the times of a job. Jobs are saved, so their
   * times are by the wall clock. If the wall clock is set, the times are shifted with it.
   */
  nowMs(): number {
    const { clock } = this.parts;
    const nowMs = clock.wallMs();
    const byMs = nowMs - clock.monotonicMs() - this.offsetMs;
    if (Math.abs(byMs) >= CLOCK_SET_MS) {
      this.offsetMs += byMs;
      for (const job of this.jobs.values()) if (!isOver(job)) shiftTimes(job, byMs);
    }
    return nowMs;
  }
}
