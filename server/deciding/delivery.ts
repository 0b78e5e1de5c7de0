import type { CommandPolicy } from "../setup/config";
import type { Command } from "./command";

/** An ordered command as it goes out. */
export interface Ordered {
  command: Command;
  /** The broker need not keep it for longer, s. */
  expiryS: number;
}

/** Which command is sent by which policy, and what should hold at present. Pure: time comes in. */
export class Delivery {
  /** By device: the last command at policy `latest`, whoever gave it. */
  private readonly desired = new Map<string, Command>();
  /** Devices whose desired command is retained at the broker. */
  private readonly kept = new Set<string>();
  private readonly lastIds = new Map<string, number>();

  constructor(private readonly policy: CommandPolicy) {}

  isOrdered({ fields }: Command): boolean {
    return Object.keys(fields).some((field) => this.policy.delivery[field] === "ordered");
  }

  /**
   * An ordered command: with an id that no earlier one had, of this server or of another.
   * @param nowMs Unix time, ms
   */
  ordered(id: string, command: Command, nowMs: number): Ordered {
    const orderId = Math.max(nowMs, (this.lastIds.get(id) ?? 0) + 1);
    this.lastIds.set(id, orderId);
    const { expiresMs } = this.policy;
    const fields = { ...command.fields, id: orderId, expires_at: nowMs + expiresMs };
    return {
      command: { ...command, fields, text: JSON.stringify(fields) },
      expiryS: Math.ceil(expiresMs / 1000),
    };
  }

  /** @returns whether that is news, which other servers should learn */
  desire(id: string, command: Command): boolean {
    const before = this.desired.get(id);
    this.desired.set(id, command);
    return before?.text !== command.text;
  }

  /** What was desired was taken back. */
  forget(id: string): void {
    this.desired.delete(id);
    this.kept.delete(id);
  }

  keep(id: string): void {
    this.kept.add(id);
  }

  isKept(id: string): boolean {
    return this.kept.has(id);
  }

  desiredOf(id: string): Command | undefined {
    return this.desired.get(id);
  }
}
