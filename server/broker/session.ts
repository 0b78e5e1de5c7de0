import { PUBREL } from "../../src/mqtt/packet";
import { encodeAck, encodePublish } from "./encode";
import { type Delivery, InFlight } from "./in-flight";
import type { Message } from "./message";
import type { QoS } from "./packets";
import {
  deleteDelivery,
  keys,
  putDelivery,
  putMessage,
  type RecordSink,
  type SessionHead,
} from "./records";

/** A receiver of messages. */
export interface Subscriber {
  /**
   * @param retained whether the message is a retained one, sent because of a new subscription
   * [MQTT-3.3.1-8]
   */
  deliver(message: Message, qos: QoS, retained: boolean): void;
}

/** The connection of a session. */
export interface SessionConnection {
  /** False while the client has so much left to read that no message should be added. */
  readonly isReady: boolean;
  /** @param kept whether to wait until all changes made before are stored */
  send(packet: Buffer, kept: boolean): void;
  /**
   * Called when another connection takes the session over [MQTT-3.1.4-2].
   * @param by address of that connection
   */
  replaced(by: string): void;
}

/** The parts of the broker that its sessions use. */
export interface SessionHost {
  /** Writes the changes that must outlive the process; undefined if the broker stores nothing. */
  readonly sink: RecordSink | undefined;
  /** Maximum number of messages that may wait for one session. */
  readonly queued: number;
  /** Number of retained messages that may wait for one session in addition to `queued`. */
  retainedCount(): number;
  nextNumber(): number;
  /** Returns the present Unix time, ms. */
  nowMs(): number;
  dropped(session: Session, waiting: number): void;
}

/** The broker's state of a client beyond one packet [MQTT 3.1.2.4]. No I/O, no clock. */
export class Session implements Subscriber {
  readonly filters = new Map<string, QoS>();
  /** Ids of QoS 2 messages from the client that the client has not released yet [MQTT-4.3.3-2]. */
  private readonly received = new Set<number>();
  private waiting: Delivery[] = [];
  private next = 0;
  private readonly inFlight = new InFlight();
  /** Number of deliveries that count against the limit: all except those of retained messages. */
  private counted = 0;
  private link: SessionConnection | undefined;
  private readonly sink: RecordSink | undefined;

  constructor(
    readonly clientId: string,
    readonly owner: string,
    /** Whether the session outlives its connection. */
    readonly isKept: boolean,
    private readonly host: SessionHost,
  ) {
    if (isKept) this.sink = host.sink;
  }

  get connection(): SessionConnection | undefined {
    return this.link;
  }

  /** Number of messages that are not sent yet, or not acknowledged. */
  get pending(): number {
    return this.waiting.length - this.next + this.inFlight.size;
  }

  deliver(message: Message, qos: QoS, retained: boolean): void {
    const { link } = this;
    if (qos === 0) {
      // A client that is not connected gets no QoS 0 messages. If other messages wait, this message
      // is queued behind them.
      if (!link || message.isExpired(this.host.nowMs())) return;
      if (link.isReady && this.next === this.waiting.length) {
        const packet = retained ? encodePublish(message, 0, true, 0) : message.packet;
        link.send(packet, this.mustBeKept(message));
        return;
      }
    }
    const most = retained ? this.host.queued + this.host.retainedCount() : this.host.queued;
    const here = retained ? this.pending : this.counted;
    if (here >= most) {
      this.host.dropped(this, here);
      return;
    }
    const number = this.host.nextNumber();
    const delivery = { number, message, qos, retained, id: 0, released: false };
    if (!retained) this.counted++;
    if (qos > 0 && this.sink) message.references++;
    this.waiting.push(delivery);
    this.put(delivery);
    this.pump();
    if (delivery.id === 0) message.detach();
  }

  /**
   * Sends the waiting messages, as far as the connection and the window of messages in flight
   * allow.
   */
  pump(): void {
    const { link, waiting } = this;
    while (this.next < waiting.length && link?.isReady) {
      const delivery = waiting[this.next] as Delivery;
      const isExpired = delivery.message.isExpired(this.host.nowMs());
      if (delivery.qos > 0 && !isExpired && this.inFlight.isFull) break;
      this.next++;
      if (isExpired || delivery.qos === 0) this.forget(delivery);
      if (isExpired) continue;
      if (delivery.qos > 0) {
        this.inFlight.add(delivery);
        this.put(delivery);
      }
      this.publish(link, delivery, false);
    }
    if (this.next === waiting.length) waiting.length = this.next = 0;
    else if (this.next > 1_000) {
      this.waiting = waiting.slice(this.next);
      this.next = 0;
    }
  }

  /** Handles PUBACK [MQTT-4.3.2-2]. */
  acknowledged(id: number): void {
    this.finish(this.inFlight.acknowledged(id));
  }

  /** Handles PUBREC [MQTT-4.3.3-1]. Also answers an unknown id with PUBREL, to end the exchange. */
  taken(id: number): void {
    if (this.inFlight.needsPuback(id)) return;
    const delivery = this.inFlight.taken(id);
    if (delivery) this.put(delivery);
    this.link?.send(encodeAck(PUBREL, id), this.sink !== undefined);
  }

  /** Handles PUBCOMP. */
  completed(id: number): void {
    this.finish(this.inFlight.completed(id));
  }

  /** @returns false if this QoS 2 message from the client was received before [MQTT-4.3.3-2] */
  receive(id: number): boolean {
    if (this.received.has(id)) return false;
    this.received.add(id);
    this.sink?.put(keys.received(this.clientId, id), { clientId: this.clientId, id });
    return true;
  }

  /** Handles PUBREL: afterwards, the client may use the id for another message. */
  release(id: number): void {
    if (this.received.delete(id)) this.sink?.delete(keys.received(this.clientId, id));
  }

  /**
   * Sends unacknowledged messages again in order, then the waiting messages [MQTT-4.4.0-1,
   * 4.6.0-1].
   */
  resume(link: SessionConnection): void {
    this.link = link;
    for (const { id } of this.inFlight.halfDone())
      link.send(encodeAck(PUBREL, id), this.sink !== undefined);
    for (const delivery of this.inFlight.unacknowledged()) {
      // A QoS 2 exchange must be completed: the client may already have the message.
      if (delivery.qos === 1 && delivery.message.isExpired(this.host.nowMs()))
        this.discardSent(delivery);
      else this.publish(link, delivery, true);
    }
    this.pump();
  }

  /** Called when the connection has ended. QoS 0 messages are discarded. */
  suspend(): void {
    this.link = undefined;
    this.keepWaiting(({ qos }) => qos > 0);
  }

  /** Discards the pending messages that the client no longer has the right to get. */
  withdraw(mayHave: (topic: string) => boolean): void {
    this.keepWaiting(({ message }) => mayHave(message.topic));
    for (const delivery of this.inFlight.unacknowledged())
      if (!mayHave(delivery.message.topic)) this.discardSent(delivery);
  }

  /** Ends the session [MQTT-3.1.2-6]. */
  end(): void {
    this.link = undefined;
    for (const delivery of this.deliveries()) this.forget(delivery);
    for (const id of [...this.received]) this.release(id);
    this.sink?.delete(keys.session(this.clientId));
  }

  /** Stores the session's record. Call after a change of `filters`. */
  putHead(): void {
    this.sink?.put(keys.session(this.clientId), this.head());
  }

  /** Restores a delivery from the store. Call in the order of the numbers. */
  restore(delivery: Delivery): void {
    delivery.message.references++;
    if (!delivery.retained) this.counted++;
    if (delivery.id === 0) this.waiting.push(delivery);
    else this.inFlight.restore(delivery);
  }

  restoreReceived(id: number): void {
    this.received.add(id);
  }

  /** Puts the whole session into a sink, if the session is kept. */
  putAll(sink: RecordSink): void {
    if (!this.sink) return;
    const { clientId } = this;
    sink.put(keys.session(clientId), this.head());
    for (const id of this.received) sink.put(keys.received(clientId, id), { clientId, id });
    for (const delivery of this.deliveries())
      if (delivery.qos > 0) {
        putDelivery(sink, delivery.number, clientId, delivery.message, delivery);
        putMessage(sink, delivery.message);
      }
  }

  private head(): SessionHead {
    return { clientId: this.clientId, owner: this.owner, filters: [...this.filters] };
  }

  private deliveries(): Delivery[] {
    const { inFlight, waiting } = this;
    return [...inFlight.halfDone(), ...inFlight.unacknowledged(), ...waiting.slice(this.next)];
  }

  /** Discards the waiting messages that are not wanted. */
  private keepWaiting(isWanted: (delivery: Delivery) => boolean): void {
    const kept: Delivery[] = [];
    for (const delivery of this.waiting.slice(this.next))
      if (isWanted(delivery)) kept.push(delivery);
      else this.forget(delivery);
    this.waiting = kept;
    this.next = 0;
  }

  private discardSent(delivery: Delivery): void {
    this.inFlight.discard(delivery);
    this.forget(delivery);
  }

  /** Forgets a message whose exchange is complete, and sends the next one in its place. */
  private finish(delivery: Delivery | undefined): void {
    if (!delivery) return;
    this.forget(delivery);
    this.pump();
  }

  private publish(link: SessionConnection, delivery: Delivery, dup: boolean): void {
    const { message, qos, retained, id } = delivery;
    // The id must be stored before the client gets it. Otherwise a broker that was killed would
    // send the message again under another id, or another message under this id [MQTT-2.3.1-4].
    const hasId = qos > 0 && this.sink !== undefined;
    link.send(encodePublish(message, qos, retained, id, dup), hasId || this.mustBeKept(message));
  }

  /**
   * Whether a message must be stored before a subscriber gets it. After a kill, a publisher sends a
   * QoS 2 message again if it is not in the store. A subscriber that already has the message, in
   * any session and at any QoS, would get the message twice.
   */
  private mustBeKept({ qos }: Message): boolean {
    return qos === 2 && this.host.sink !== undefined;
  }

  private put(delivery: Delivery): void {
    const { sink, clientId } = this;
    if (sink && delivery.qos > 0)
      putDelivery(sink, delivery.number, clientId, delivery.message, delivery);
  }

  private forget(delivery: Delivery): void {
    if (!delivery.retained) this.counted--;
    if (this.sink && delivery.qos > 0) deleteDelivery(this.sink, delivery.number, delivery.message);
  }
}
