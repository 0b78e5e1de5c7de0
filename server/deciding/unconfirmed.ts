import type { Cause, Command } from "./command";
import type { Counters } from "./counters";

/** A command that the broker had not acknowledged when the connection was lost. */
export interface Unconfirmed {
  id: string;
  command: Command;
  cause: Cause;
  /** Set for an ordered command: time after which it is void, s. */
  expiryS?: number | undefined;
  /** When the command was first sent, monotonic, ms. */
  sentMs: number;
}

/**
 * Commands that may or may not have arrived. With policy `latest`, only the last command of a
 * device matters, and only until something newer is known; of ordered commands, all matter. Pure.
 */
export class UnconfirmedCommands {
  private readonly latest = new Map<string, Unconfirmed>();
  private ordered: Unconfirmed[] = [];

  constructor(private readonly counts: Pick<Counters, "unconfirmed">) {}

  add(lost: Unconfirmed): void {
    if (lost.expiryS === undefined) this.latest.set(lost.id, lost);
    else this.ordered.push(lost);
    this.count();
  }

  /** Called when something newer is known for a device: a reading, or a command of any server. */
  supersede(id: string): void {
    if (this.latest.delete(id)) this.count();
  }

  /** Forgets all commands for a device. */
  forget(id: string): void {
    this.latest.delete(id);
    this.ordered = this.ordered.filter((lost) => lost.id !== id);
    this.count();
  }

  has(id: string): boolean {
    return this.latest.has(id);
  }

  /** Removes and returns the last command of each device. */
  takeLatest(): Unconfirmed[] {
    const taken = [...this.latest.values()];
    this.latest.clear();
    this.count();
    return taken;
  }

  /**
   * Removes and returns the ordered commands, in the order of their ids.
   * @param id the device; undefined for all
   */
  takeOrdered(id?: string): Unconfirmed[] {
    const isTaken = (lost: Unconfirmed) => id === undefined || lost.id === id;
    const taken = this.ordered.filter(isTaken);
    if (taken.length > 0) this.ordered = this.ordered.filter((lost) => !isTaken(lost));
    this.count();
    return taken.sort((a, b) => Number(a.command.fields["id"]) - Number(b.command.fields["id"]));
  }

  private count(): void {
    this.counts.unconfirmed = this.latest.size + this.ordered.length;
  }
}
