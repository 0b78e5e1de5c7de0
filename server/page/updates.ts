import type { DeviceView } from "../../src/common/api";
import type {
  CrashView,
  FleetView,
  UpdateChanges,
  UpdatesView,
  UpdateView,
} from "../../src/common/update-api";

const NONE: UpdatesView = { updates: [], fleet: null, programs: {}, crashes: [] };

/** The page's state of all updates. Does not use the DOM. */
export class UpdatesModel {
  fleet: FleetView | null;
  private programs: Record<string, string>;
  private readonly updates: Map<string, UpdateView>;
  private crashes: Map<string, CrashView>;

  constructor({ updates, fleet, programs, crashes }: UpdatesView = NONE) {
    this.fleet = fleet;
    this.programs = programs;
    this.updates = new Map(updates.map((update) => [update.id, update]));
    this.crashes = byDevice(crashes);
  }

  /**
   * Applies the changes of an event.
   * @returns whether the server's programs have changed, so that any device may now be behind
   */
  apply({ updates, removed, fleet, programs, crashes }: UpdateChanges): boolean {
    for (const id of removed) this.updates.delete(id);
    for (const update of updates) this.updates.set(update.id, update);
    this.fleet = fleet;
    this.crashes = byDevice(crashes);
    const isOther = JSON.stringify(programs) !== JSON.stringify(this.programs);
    this.programs = programs;
    return isOther;
  }

  of(id: string): UpdateView | undefined {
    return this.updates.get(id);
  }

  crashOf(id: string): CrashView | undefined {
    return this.crashes.get(id);
  }

  /**
   * Returns the program that the device should run, if the device accepts updates and the server
   * has one.
   */
  programFor({ state }: DeviceView): string | undefined {
    return takesUpdates(state) ? this.programs[state?.board ?? ""] : undefined;
  }

  /** Whether the device runs another program than the server has for its board. */
  isOutdated(view: DeviceView): boolean {
    const program = this.programFor(view);
    return program !== undefined && program !== view.state?.program;
  }
}

/** Whether a device accepts updates: it does if it reports its program. */
export function takesUpdates(state: DeviceView["state"]): boolean {
  return state?.program !== undefined;
}

function byDevice(crashes: CrashView[]): Map<string, CrashView> {
  return new Map(crashes.map((crash) => [crash.id, crash]));
}
