import type { Cause, Command } from "./command";
import type { Counts } from "./counts";

/** A command that was sent, and that the broker did not acknowledge before the connection was lost. */
export interface Unconfirmed {
  id: string;
  command: Command;
  cause: Cause;
  /** Set for an ordered command: void after this, s. */
  expiryS?: number | undefined;
  /** When it was sent first, by a monotonic clock, ms. */
  sentMs: number;
}

/**
 * Commands that may or may not have arrived. Of those at policy `latest` only the last one of each
 * device matters, and only until something newer is known; ordered ones all do. Pure.
 */
export class UnconfirmedCommands {
  private readonly latest = new Map<string, Unconfirmed>();
  private ordered: Unconfirmed[] = [];

  constructor(private readonly counts: Pick<Counts, "unconfirmed">) {}

  add(lost: Unconfirmed): void {
    if (lost.expiryS === undefined) this.latest.set(lost.id, lost);
    else this.ordered.push(lost);
    this.count();
  }

  /** Something newer is known: a reading, or a command, whoever sent it. */
  supersede(id: string): void {
    if (this.latest.delete(id)) this.count();
  }

  /** Nothing is to be sent to it any more. */
  forget(id: string): void {
    this.latest.delete(id);
    this.ordered = this.ordered.filter((lost) => lost.id !== id);
    this.count();
  }

  has(id: string): boolean {
    return this.latest.has(id);
  }

  /** Takes out the last command of each device. */
  takeLatest(): Unconfirmed[] {
    const taken = [...this.latest.values()];
    this.latest.clear();
    this.count();
    return taken;
  }

  /**
   * Takes out the ordered commands, in the order of their ids.
   * @param id of one device, or undefined for all
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
