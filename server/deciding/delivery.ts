import type { CommandPolicy } from "../setup/config";
import type { Command } from "./command";

/** An ordered command as it goes out. */
export interface Ordered {
  command: Command;
  /** The broker need not keep it for longer, s. */
  expiryS: number;
}

/** A moment by both clocks, ms. */
export interface Moment {
  /** Unix time. */
  wallMs: number;
  monotonicMs: number;
}

interface Order {
  orderId: number;
  command: Command;
  /** When it was given. */
  at: Moment;
}

/** Commands of one device that can wait for its word; older ones are forgotten. */
const ORDERS_MAX = 100;

/** Which command is sent by which policy, and what should hold at present. Pure: time comes in. */
export class Delivery {
  /** By device: the last command at policy `latest`, whoever gave it. */
  private readonly desired = new Map<string, Command>();
  /** Devices whose desired command is retained at the broker. */
  private readonly kept = new Set<string>();
  /** By device: the highest id that is known of. */
  private readonly lastIds = new Map<string, number>();
  /** By device: the commands that it has not confirmed yet, in order. */
  private readonly orders = new Map<string, Order[]>();

  constructor(private readonly policy: CommandPolicy) {}

  isOrdered({ fields }: Command): boolean {
    return Object.keys(fields).some((field) => this.policy.delivery[field] === "ordered");
  }

  /**
   * An ordered command, with an id that no earlier one had, of this server or of another.
   * @param now ids and expiry go by the wall clock, as long as it goes forward: the broker or the
   * server that keeps the command may restart meanwhile, which ends a monotonic clock
   * @returns undefined if the device has done the highest id that there is
   */
  ordered(id: string, command: Command, now: Moment): Ordered | undefined {
    const orderId = Math.max(now.wallMs, (this.lastIds.get(id) ?? 0) + 1);
    if (!Number.isSafeInteger(orderId)) return undefined;
    this.lastIds.set(id, orderId);
    const { expiresMs } = this.policy;
    const fields = { ...command.fields, id: orderId, expires_at: now.wallMs + expiresMs };
    const orders = this.orders.get(id) ?? [];
    this.orders.set(id, [...orders.slice(1 - ORDERS_MAX), { orderId, command, at: now }]);
    return {
      command: { ...command, fields, text: JSON.stringify(fields) },
      expiryS: Math.ceil(expiresMs / 1000),
    };
  }

  /** An ordered command of another server has passed. */
  heard(id: string, orderId: number): void {
    this.lastIds.set(id, Math.max(orderId, this.lastIds.get(id) ?? 0));
  }

  /**
   * A device says which ordered command it has done last.
   * @param nowMs by the monotonic clock, ms
   * @returns commands that it must have refused, as their ids are lower than one that this server
   * has never seen: of a server with a clock ahead of ours
   */
  done(id: string, lastId: number, nowMs: number): Command[] {
    const isUnseen = lastId > (this.lastIds.get(id) ?? 0);
    this.heard(id, lastId);
    const orders = this.orders.get(id) ?? [];
    this.orders.set(
      id,
      orders.filter(({ orderId }) => orderId > lastId),
    );
    if (!isUnseen) return [];
    return orders
      .filter((order) => nowMs - order.at.monotonicMs < this.policy.expiresMs)
      .map(({ command }) => command);
  }

  /** When the oldest command was given that the device has not confirmed yet. */
  waitsSince(id: string): Moment | undefined {
    return this.orders.get(id)?.[0]?.at;
  }

  /** @returns whether it was not known yet, so that other servers should hear it */
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

  /** As if the device had never been heard, nor commanded. */
  forgetDevice(id: string): void {
    this.forget(id);
    this.lastIds.delete(id);
    this.orders.delete(id);
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
