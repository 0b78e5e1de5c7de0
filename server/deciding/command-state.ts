import type { CommandPolicy } from "../setup/config";
import type { Command } from "./command";

/** An ordered command, ready to be sent. */
export interface OrderedCommand {
  command: Command;
  /** After this time the broker may discard the command, s. */
  expiryS: number;
}

/** A moment by both clocks, ms. */
export interface ClockReading {
  /** Unix time. */
  wallMs: number;
  monotonicMs: number;
}

interface Order {
  orderId: number;
  command: Command;
  /** When the command was given. */
  at: ClockReading;
}

/**
 * Maximum number of unconfirmed commands kept for one device. Beyond it, the oldest is forgotten.
 */
const ORDERS_MAX = 100;

/**
 * Tracks each device's desired state and its unconfirmed ordered commands. Pure: time is passed in.
 */
export class CommandState {
  /** By device: the last command with delivery policy `latest`, from any server or person. */
  private readonly desired = new Map<string, Command>();
  /** Devices whose desired command the broker retains. */
  private readonly kept = new Set<string>();
  /** By device: the highest known id of an ordered command. */
  private readonly lastIds = new Map<string, number>();
  /** By device: the ordered commands that the device has not confirmed yet, lowest id first. */
  private readonly orders = new Map<string, Order[]>();

  constructor(private readonly policy: CommandPolicy) {}

  isOrdered({ fields }: Command): boolean {
    return Object.keys(fields).some((field) => this.policy.delivery[field] === "ordered");
  }

  /**
   * Makes an ordered command, with a higher id than any earlier ordered command of any server.
   * @param now the present time. Ids and expiry follow its wall clock: the broker or server that
   * keeps the command may restart, and a monotonic clock does not survive a restart. If the wall
   * clock goes back, ids still increase.
   * @returns undefined if the device has done the highest possible id
   */
  ordered(id: string, command: Command, now: ClockReading): OrderedCommand | undefined {
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

  /** Called when an ordered command is received, such as a command of another server. */
  heard(id: string, orderId: number): void {
    this.lastIds.set(id, Math.max(orderId, this.lastIds.get(id) ?? 0));
  }

  /**
   * Called when a device reports the id of the last ordered command that it has done.
   * @param nowMs the present time, monotonic, ms
   * @returns commands that the device must have refused: their ids are lower than the reported id,
   * which this server has never seen. The reported id is from a server whose clock is ahead of
   * ours.
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

  /** When the oldest unconfirmed command for the device was given. */
  waitsSince(id: string): ClockReading | undefined {
    return this.orders.get(id)?.[0]?.at;
  }

  /** @returns true if the desired command has changed, so that other servers must learn it */
  desire(id: string, command: Command): boolean {
    const before = this.desired.get(id);
    this.desired.set(id, command);
    return before?.text !== command.text;
  }

  /** Called when the retained desired command was cleared. */
  forget(id: string): void {
    this.desired.delete(id);
    this.kept.delete(id);
  }

  /** Forgets all that the device has sent, and all commands to it. */
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
