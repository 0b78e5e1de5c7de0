import type { CrashView, FleetView } from "../../src/common/update-api";
import type { Clock } from "../base/clock";
import type { Log } from "../base/log";
import type { ServerBus } from "../deciding/events";
import { callOff, enter, fail, isOver, type Job, move, newJob } from "./job";
import type { Kept, KeptUpdates } from "./kept";

export interface JobsParts {
  kept: KeptUpdates;
  clock: Clock;
  log: Log;
  bus: Pick<ServerBus, "emit">;
  /** Kept beside the jobs. */
  crashes: () => CrashView[];
  /** Called once a job is other than before, and kept so. */
  onChange: () => void;
}

/** A clock that is only adjusted, a little at a time, does no harm. */
const CLOCK_SET_MS = 1000;

/** The jobs there are, one for each device. Each step is in the log, and on the disk. */
export class Jobs {
  fleet: FleetView | null;
  private readonly jobs = new Map<string, Job>();
  /** From the monotonic clock to the wall clock, ms. It changes if somebody sets the computer's. */
  private offsetMs: number;

  /** @param kept from before the server's start */
  constructor(
    private readonly parts: JobsParts,
    { jobs, fleet }: Kept,
  ) {
    const { clock } = parts;
    const nowMs = clock.wallMs();
    this.offsetMs = nowMs - clock.monotonicMs();
    this.fleet = fleet;
    for (const job of jobs) {
      // The clock may have been set back while the server was away.
      if (!isOver(job) && job.sinceMs > nowMs) move(job, nowMs - job.sinceMs);
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

  /** Nothing if a person has called it off meanwhile. */
  enter(job: Job, step: Job["step"], text: string): void {
    if (isOver(job)) return;
    enter(job, step, text, this.nowMs());
    this.changed(job);
  }

  fail(job: Job, why: string): void {
    if (isOver(job)) return;
    fail(job, why, this.nowMs());
    this.changed(job);
  }

  /** @returns why it can't be called off, or undefined */
  callOff(job: Job): string | undefined {
    const why = callOff(job, this.nowMs());
    if (why === undefined) this.changed(job);
    return why;
  }

  /** To be called when its last line is new. */
  changed(job: Job): void {
    const { log, onChange } = this.parts;
    const { id } = job;
    const level = job.step === "failed" ? "warn" : "info";
    log("server", `Update of ${id}: ${job.lines.at(-1)?.text ?? ""}`, { level, id });
    this.save();
    onChange();
  }

  /** To be called when jobs or the fleet are other than before. */
  save(): void {
    const { bus, crashes, kept } = this.parts;
    kept.save({ jobs: this.all(), fleet: this.fleet, crashes: crashes() });
    bus.emit("updates");
  }

  /**
   * Unix time, ms, to compare with the times of a job. These are kept for the next start, so they
   * are of the wall clock; if that is set, they move with it.
   */
  nowMs(): number {
    const { clock } = this.parts;
    const nowMs = clock.wallMs();
    const byMs = nowMs - clock.monotonicMs() - this.offsetMs;
    if (Math.abs(byMs) >= CLOCK_SET_MS) {
      this.offsetMs += byMs;
      for (const job of this.jobs.values()) if (!isOver(job)) move(job, byMs);
    }
    return nowMs;
  }
}
