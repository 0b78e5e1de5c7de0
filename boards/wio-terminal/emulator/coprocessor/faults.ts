/** Faults that a test can order. Each one occurs on the real coprocessor now and then. */
import type { CallName } from "./calls";

export type Fault =
  /** The reply never comes. */
  | { kind: "lose" }
  /** The reply is delayed by `ms`. The next call waits, too. */
  | { kind: "delay"; ms: number }
  /** A bit of the reply is flipped on the line. */
  | { kind: "corrupt" }
  | { kind: "double" }
  /** An event and a callback that expects an answer come before the reply. */
  | { kind: "callbackFirst" }
  /** Noise on the line before the reply. */
  | { kind: "garbageFirst" }
  /** The chip sends nothing until its power is cut. */
  | { kind: "freeze" }
  /** The chip restarts in the middle of the call. */
  | { kind: "reset" }
  /** The host name is not found. */
  | { kind: "unknownHost" }
  /** The call returns this value instead. */
  | { kind: "return"; value: number };

export class Faults {
  private readonly ordered = new Map<CallName, Fault[]>();

  /** Orders a fault for the next call of this name. Several orders for one name queue up. */
  order(call: CallName, fault: Fault): void {
    this.ordered.set(call, [...(this.ordered.get(call) ?? []), fault]);
  }

  take(call: CallName): Fault | undefined {
    return this.ordered.get(call)?.shift();
  }

  /** The number of faults that have not occurred yet. */
  get pending(): number {
    return [...this.ordered.values()].reduce((sum, list) => sum + list.length, 0);
  }
}
