/** The client's subscriptions, and the broker's answers to them. */
import { remove } from "./list";
import type { QoS } from "./packet";
import { MAX_PUBLISH_ID } from "./session";

/** Maximum number of filters. */
export const MAX_SUBSCRIPTIONS = 16;

export type Handler = (topic: string, payload: Buffer) => Promise<void>;

export interface Subscription {
  filter: string;
  qos: QoS;
  /** Undefined once unsubscribed: the entry then stays only until UNSUBACK has arrived. */
  handler?: Handler | undefined;
  /** Packet id of the SUBSCRIBE or UNSUBSCRIBE in flight, or 0. */
  id: number;
  /** SUBACK's return code, 0..2 or 0x80, or -1 before it has arrived. */
  granted: number;
  /** For the client: the task to wake when the broker has answered. */
  waiter?: unknown;
}

export class Subscriptions {
  readonly list: Subscription[] = [];
  private count = 0;

  /**
   * Adds a filter, or replaces the existing one [MQTT-3.8.4-3].
   * @param handler undefined to unsubscribe
   * @throws Error at MAX_SUBSCRIPTIONS
   */
  set(filter: string, qos: QoS, handler: Handler | undefined): Subscription {
    let found: Subscription | undefined;
    for (const subscription of this.list) if (subscription.filter === filter) found = subscription;
    if (!found) {
      if (this.list.length >= MAX_SUBSCRIPTIONS) throw new Error("too many subscriptions");
      found = { filter, qos, id: 0, granted: -1 };
      this.list.push(found);
    }
    found.qos = qos;
    found.handler = handler;
    found.granted = -1;
    return found;
  }

  /**
   * Assigns a packet id for SUBSCRIBE or UNSUBSCRIBE: one of the last 250 ids, which no message
   * uses.
   */
  ask(subscription: Subscription): number {
    this.count = (this.count + 1) % 250;
    subscription.id = MAX_PUBLISH_ID + 1 + this.count;
    return subscription.id;
  }

  /**
   * Called when SUBACK or UNSUBACK has arrived.
   * @param granted SUBACK's return code; -1 for UNSUBACK
   * @returns the subscription, or undefined if none waits for this packet id
   */
  answered(id: number, granted: number): Subscription | undefined {
    for (const subscription of this.list) {
      if (subscription.id !== id) continue;
      subscription.id = 0;
      subscription.granted = granted;
      if (!subscription.handler) remove(this.list, subscription);
      return subscription;
    }
    return undefined;
  }

  /** Called at each connect. @returns the subscriptions to send to the broker (again) */
  connected(sessionPresent: boolean): Subscription[] {
    const open: Subscription[] = [];
    for (const subscription of this.list.slice(0)) {
      subscription.id = 0;
      if (!sessionPresent) subscription.granted = -1;
      if (subscription.granted >= 0) continue;
      // A lost session has lost its subscriptions too, so there is nothing to unsubscribe.
      if (subscription.handler || sessionPresent) open.push(subscription);
      else remove(this.list, subscription);
    }
    return open;
  }
}
