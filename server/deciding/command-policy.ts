import type { CommandPolicy } from "../setup/config";
import type { Fields } from "../../src/common/server-rule";

/** A command as it goes out, and how. */
export interface Outgoing {
  payload: Fields;
  /** Set for an ordered command: the broker need not keep it for longer, s. */
  expiryS?: number;
}

/** What is sent by which policy, and what should hold at present. Knows no broker. */
export class Orders {
  /** By device: the last command at policy `latest`, whoever gave it. */
  private readonly desired = new Map<string, Fields>();
  /** Devices whose desired command is retained at the broker. */
  private readonly kept = new Set<string>();
  private readonly lastIds = new Map<string, number>();

  constructor(private readonly policy: CommandPolicy) {}

  isOrdered(command: Fields): boolean {
    return Object.keys(command).some((field) => this.policy.delivery[field] === "ordered");
  }

  /** An ordered command: with an id that no earlier one had, of this server or of another. */
  ordered(id: string, command: Fields, nowMs: number): Outgoing {
    const orderId = Math.max(nowMs, (this.lastIds.get(id) ?? 0) + 1);
    this.lastIds.set(id, orderId);
    const { expiresMs } = this.policy;
    const payload = { ...command, id: orderId, expires_at: nowMs + expiresMs };
    return { payload, expiryS: Math.ceil(expiresMs / 1000) };
  }

  /** @returns whether that is news, which other servers should learn */
  desire(id: string, command: Fields): boolean {
    const before = this.desired.get(id);
    this.desired.set(id, command);
    // The rule's commands are two objects, the same ones each time.
    if (before === command) return false;
    return before === undefined || JSON.stringify(before) !== JSON.stringify(command);
  }

  keep(id: string): void {
    this.kept.add(id);
  }

  isKept(id: string): boolean {
    return this.kept.has(id);
  }

  desiredOf(id: string): Fields | undefined {
    return this.desired.get(id);
  }
}
