/** Faults that a test orders: what the real coprocessor does now and then by itself. */
import type { CallName } from "./calls";

export type Fault =
  /** The reply never comes. */
  | { kind: "lose" }
  /** The reply comes that much later. The next call waits as well. */
  | { kind: "delay"; ms: number }
  /** A bit of the reply is flipped on the line. */
  | { kind: "corrupt" }
  | { kind: "double" }
  /** An event and a callback that expects an answer come before the reply. */
  | { kind: "callbackFirst" }
  /** Noise on the line before the reply. */
  | { kind: "garbageFirst" }
  /** Nothing comes any more until the power is cut. */
  | { kind: "freeze" }
  /** The chip restarts in the middle of the call. */
  | { kind: "reset" }
  /** The name is not found this time. */
  | { kind: "unknownHost" }
  /** The call returns this instead. */
  | { kind: "return"; value: number };

export class Faults {
  private readonly ordered = new Map<CallName, Fault[]>();

  /** Makes the next call of this name fail in this way. Several orders queue up. */
  order(call: CallName, fault: Fault): void {
    this.ordered.set(call, [...(this.ordered.get(call) ?? []), fault]);
  }

  take(call: CallName): Fault | undefined {
    return this.ordered.get(call)?.shift();
  }

  /** How many have not happened yet. */
  get pending(): number {
    return [...this.ordered.values()].reduce((sum, list) => sum + list.length, 0);
  }
}
