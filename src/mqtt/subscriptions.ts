/** What is subscribed to, and what the broker has said about it. */
import { remove } from "./list";
import type { QoS } from "./packet";
import { MAX_PUBLISH_ID } from "./session";

/** Filters at once. */
export const MAX_SUBSCRIPTIONS = 16;

export type Handler = (topic: string, payload: Buffer) => Promise<void>;

export interface Subscription {
  filter: string;
  qos: QoS;
  /** Undefined once unsubscribed: then it is here only until the broker has confirmed that. */
  handler?: Handler | undefined;
  /** Packet id of the SUBSCRIBE or UNSUBSCRIBE on its way, or 0. */
  id: number;
  /** What SUBACK said, 0..2 or 0x80, or -1 before that. */
  granted: number;
  /** For the client: whom to wake when the broker has answered. */
  waiter?: unknown;
}

export class Subscriptions {
  readonly list: Subscription[] = [];
  private count = 0;

  /**
   * Adds a filter, or changes the one that is there [MQTT-3.8.4-3].
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

  /** A packet id for asking the broker about it: one of the last 250, which no message uses. */
  ask(subscription: Subscription): number {
    this.count = (this.count + 1) % 250;
    subscription.id = MAX_PUBLISH_ID + 1 + this.count;
    return subscription.id;
  }

  /**
   * SUBACK or UNSUBACK has come for a packet id.
   * @param granted SUBACK's return code; -1 for UNSUBACK
   * @returns the subscription, or undefined for an id that nothing waits for
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

  /** A new connection: returns what has to be asked for (again). */
  connected(sessionPresent: boolean): Subscription[] {
    const open: Subscription[] = [];
    for (const subscription of this.list.slice(0)) {
      subscription.id = 0;
      if (!sessionPresent) subscription.granted = -1;
      if (subscription.granted >= 0) continue;
      // A session that is gone took its subscriptions along.
      if (subscription.handler || sessionPresent) open.push(subscription);
      else remove(this.list, subscription);
    }
    return open;
  }
}
