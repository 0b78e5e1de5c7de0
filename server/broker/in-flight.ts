import type { Message } from "./message";
import type { QoS } from "./packets";

/** A message for one session. */
export interface Delivery {
  /** Position in the order of deliveries, and key in the store. */
  number: number;
  message: Message;
  qos: QoS;
  retained: boolean;
  /** Packet id, or 0 before the message is sent. */
  id: number;
  /** Whether the client has sent PUBREC. */
  released: boolean;
}

/** Maximum number of QoS 1 and 2 messages that are in flight to one client. */
const WINDOW = 100;
const MAX_ID = 65_535;

/**
 * The QoS 1 and 2 messages that a client has not acknowledged completely, by packet id [MQTT 4.3].
 * Each id belongs to one of them until the end of its exchange. Pure.
 */
export class InFlight {
  /**
   * Sent messages without PUBACK or PUBREC, by packet id, in the order in which they are resent.
   */
  private readonly sent = new Map<number, Delivery>();
  /**
   * Messages with PUBREC but without PUBCOMP, by packet id, in the order in which PUBREL is resent.
   */
  private readonly released = new Map<number, Delivery>();
  private lastId = 0;

  get size(): number {
    return this.sent.size + this.released.size;
  }

  get isFull(): boolean {
    return this.size >= WINDOW;
  }

  /** Adds a message that is sent now, and gives it a free packet id. */
  add(delivery: Delivery): void {
    do this.lastId = this.lastId >= MAX_ID ? 1 : this.lastId + 1;
    while (this.sent.has(this.lastId) || this.released.has(this.lastId));
    delivery.id = this.lastId;
    this.sent.set(delivery.id, delivery);
  }

  /** Adds a message from the store, with its id. Call in the order of the numbers. */
  restore(delivery: Delivery): void {
    (delivery.released ? this.released : this.sent).set(delivery.id, delivery);
    this.lastId = Math.max(this.lastId, delivery.id);
  }

  /** @returns the QoS 1 message that PUBACK completes; undefined if no message waits for PUBACK */
  acknowledged(id: number): Delivery | undefined {
    const delivery = this.sent.get(id);
    if (delivery?.qos !== 1) return undefined;
    this.sent.delete(id);
    return delivery;
  }

  /** Whether the message with this id has QoS 1, so that a PUBREC for it is an error. */
  needsPuback(id: number): boolean {
    return this.sent.get(id)?.qos === 1;
  }

  /** @returns the QoS 2 message that PUBREC releases; undefined if no message waits for PUBREC */
  taken(id: number): Delivery | undefined {
    const delivery = this.sent.get(id);
    if (delivery?.qos !== 2) return undefined;
    this.sent.delete(id);
    delivery.released = true;
    this.released.set(id, delivery);
    return delivery;
  }

  /** @returns the QoS 2 message that PUBCOMP completes; undefined if no message waits for it */
  completed(id: number): Delivery | undefined {
    const delivery = this.released.get(id);
    this.released.delete(id);
    return delivery;
  }

  /** Removes a sent message that must not be resent. */
  discard(delivery: Delivery): void {
    this.sent.delete(delivery.id);
  }

  /** The messages without PUBACK or PUBREC, in the order in which they are resent. */
  unacknowledged(): Delivery[] {
    return [...this.sent.values()];
  }

  /** The messages with PUBREC but without PUBCOMP, in the order in which PUBREL is resent. */
  halfDone(): Delivery[] {
    return [...this.released.values()];
  }
}
