import { PUBREL } from "../../src/mqtt/packet";
import { encodeAck, encodePublish } from "./encode";
import type { Message } from "./message";
import type { QoS } from "./packets";
import {
  deleteDelivery,
  keys,
  putDelivery,
  putMessage,
  type SessionHead,
  type Sink,
} from "./records";

/** Whom messages are delivered to. */
export interface Subscriber {
  /** @param retained it answers a subscription [MQTT-3.3.1-8] */
  deliver(message: Message, qos: QoS, retained: boolean): void;
}

/** The connection of a session. */
export interface Outlet {
  /** False while so much waits to be read by the client that nothing should be added. */
  readonly isReady: boolean;
  /** @param kept not before what was changed until now is in the store */
  send(packet: Buffer, kept: boolean): void;
  /** @param by the address of the connection that has the session now [MQTT-3.1.4-2] */
  replaced(by: string): void;
}

/** What sessions need of the broker that they belong to. */
export interface SessionHost {
  /** Undefined for a broker that keeps nothing. */
  readonly sink: Sink | undefined;
  /** Messages that may wait for one session. */
  readonly queued: number;
  /** Of retained messages that may wait beside these. */
  retainedCount(): number;
  nextNumber(): number;
  /** Unix time, ms. */
  nowMs(): number;
  dropped(session: Session, waiting: number): void;
}

/** A message for one session. */
export interface Delivery {
  /** Its place in the order, and its key in the store. */
  number: number;
  message: Message;
  qos: QoS;
  retained: boolean;
  /** Packet id, or 0 before it is sent. */
  id: number;
  released: boolean;
}

/** Messages at QoS 1 and 2 that are on their way to one client at once. */
const WINDOW = 100;
const MAX_ID = 65_535;

/** What the broker knows of a client beyond one packet [MQTT 3.1.2.4]. No I/O, no clock. */
export class Session implements Subscriber {
  readonly filters = new Map<string, QoS>();
  /** Ids of QoS 2 messages from the client that it has not released yet [MQTT-4.3.3-2]. */
  private readonly received = new Set<number>();
  private waiting: Delivery[] = [];
  private next = 0;
  /** Sent, without PUBACK or PUBREC. Both in the order in which they are to be sent again. */
  private readonly sent = new Map<number, Delivery>();
  /** With PUBREC, without PUBCOMP. */
  private readonly released = new Map<number, Delivery>();
  private lastId = 0;
  /** Deliveries that count against the limit: all but those of retained messages. */
  private counted = 0;
  private outlet: Outlet | undefined;
  private readonly sink: Sink | undefined;

  constructor(
    readonly clientId: string,
    readonly owner: string,
    /** It outlives its connection. */
    readonly isKept: boolean,
    private readonly host: SessionHost,
  ) {
    if (isKept) this.sink = host.sink;
  }

  get connection(): Outlet | undefined {
    return this.outlet;
  }

  /** Not sent yet, or sent and not acknowledged. */
  get pending(): number {
    return this.waiting.length - this.next + this.sent.size + this.released.size;
  }

  deliver(message: Message, qos: QoS, retained: boolean): void {
    const { outlet } = this;
    if (qos === 0) {
      // What is not connected gets none; the rest keep their place in the order.
      if (!outlet || message.isExpired(this.host.nowMs())) return;
      if (outlet.isReady && this.next === this.waiting.length) {
        const packet = retained ? encodePublish(message, 0, true, 0) : message.packet;
        outlet.send(packet, this.mustBeKept(message));
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
    if (delivery.id === 0) message.own();
  }

  /** Sends what waits, as far as connection and window allow. */
  pump(): void {
    const { outlet, waiting } = this;
    while (this.next < waiting.length && outlet?.isReady) {
      const delivery = waiting[this.next] as Delivery;
      const isExpired = delivery.message.isExpired(this.host.nowMs());
      const inFlight = this.sent.size + this.released.size;
      if (delivery.qos > 0 && !isExpired && inFlight >= WINDOW) break;
      this.next++;
      if (isExpired || delivery.qos === 0) this.forget(delivery);
      if (isExpired) continue;
      if (delivery.qos > 0) {
        delivery.id = this.freeId();
        this.sent.set(delivery.id, delivery);
        this.put(delivery);
      }
      this.publish(outlet, delivery, false);
    }
    if (this.next === waiting.length) waiting.length = this.next = 0;
    else if (this.next > 1_000) {
      this.waiting = waiting.slice(this.next);
      this.next = 0;
    }
  }

  /** PUBACK [MQTT-4.3.2-2]. */
  acknowledged(id: number): void {
    const delivery = this.sent.get(id);
    if (delivery?.qos !== 1) return;
    this.sent.delete(id);
    this.forget(delivery);
    this.pump();
  }

  /** PUBREC [MQTT-4.3.3-1]: answered by PUBREL even if nobody knows the id, to end that exchange. */
  taken(id: number): void {
    const delivery = this.sent.get(id);
    if (delivery?.qos === 1) return;
    if (delivery) {
      this.sent.delete(id);
      delivery.released = true;
      this.released.set(id, delivery);
      this.put(delivery);
    }
    this.outlet?.send(encodeAck(PUBREL, id), this.sink !== undefined);
  }

  /** PUBCOMP. */
  completed(id: number): void {
    const delivery = this.released.get(id);
    if (!delivery) return;
    this.released.delete(id);
    this.forget(delivery);
    this.pump();
  }

  /** @returns false if this QoS 2 message from the client came before [MQTT-4.3.3-2] */
  receive(id: number): boolean {
    if (this.received.has(id)) return false;
    this.received.add(id);
    this.sink?.put(keys.received(this.clientId, id), { clientId: this.clientId, id });
    return true;
  }

  /** PUBREL: from now on the id stands for another message. */
  release(id: number): void {
    if (this.received.delete(id)) this.sink?.delete(keys.received(this.clientId, id));
  }

  /** Sends again what was not acknowledged, in its order, then what waits [MQTT-4.4.0-1, 4.6.0-1]. */
  resume(outlet: Outlet): void {
    this.outlet = outlet;
    for (const id of this.released.keys())
      outlet.send(encodeAck(PUBREL, id), this.sink !== undefined);
    for (const [id, delivery] of [...this.sent]) {
      // An exchange at QoS 2 has to come to its end: the client may have the message.
      if (delivery.qos === 1 && delivery.message.isExpired(this.host.nowMs())) {
        this.sent.delete(id);
        this.forget(delivery);
      } else this.publish(outlet, delivery, true);
    }
    this.pump();
  }

  /** Its connection has gone. QoS 0 waits for nobody. */
  suspend(): void {
    this.outlet = undefined;
    const kept: Delivery[] = [];
    for (const delivery of this.waiting.slice(this.next))
      if (delivery.qos > 0) kept.push(delivery);
      else this.forget(delivery);
    this.waiting = kept;
    this.next = 0;
  }

  /** Gives up what waits but may not be had any longer. */
  withdraw(mayHave: (topic: string) => boolean): void {
    const kept: Delivery[] = [];
    for (const delivery of this.waiting.slice(this.next))
      if (mayHave(delivery.message.topic)) kept.push(delivery);
      else this.forget(delivery);
    this.waiting = kept;
    this.next = 0;
    for (const [id, delivery] of [...this.sent])
      if (!mayHave(delivery.message.topic)) {
        this.sent.delete(id);
        this.forget(delivery);
      }
  }

  /** The session ends [MQTT-3.1.2-6]. */
  end(): void {
    this.outlet = undefined;
    for (const delivery of this.deliveries()) this.forget(delivery);
    for (const id of [...this.received]) this.release(id);
    this.sink?.delete(keys.session(this.clientId));
  }

  /** To be called after a change of `filters`. */
  putHead(): void {
    this.sink?.put(keys.session(this.clientId), this.head());
  }

  /** From the store, in the order of the numbers. */
  restore(delivery: Delivery): void {
    delivery.message.references++;
    if (!delivery.retained) this.counted++;
    if (delivery.id === 0) this.waiting.push(delivery);
    else (delivery.released ? this.released : this.sent).set(delivery.id, delivery);
    this.lastId = Math.max(this.lastId, delivery.id);
  }

  restoreReceived(id: number): void {
    this.received.add(id);
  }

  /** Everything of it, for a store that has to be written as a whole. */
  putAll(sink: Sink): void {
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
    return [...this.released.values(), ...this.sent.values(), ...this.waiting.slice(this.next)];
  }

  private publish(outlet: Outlet, delivery: Delivery, dup: boolean): void {
    const { message, qos, retained, id } = delivery;
    // The id must be in the store before the client has it: else a broker that was killed would
    // send the message again under another id, or another message under this one [MQTT-2.3.1-4].
    const hasId = qos > 0 && this.sink !== undefined;
    outlet.send(encodePublish(message, qos, retained, id, dup), hasId || this.mustBeKept(message));
  }

  /**
   * After a kill, a publisher sends a message at QoS 2 again if it is not in the store. Whoever has
   * it by then, in whatever session and at whatever QoS, would get it twice.
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

  private freeId(): number {
    do this.lastId = this.lastId >= MAX_ID ? 1 : this.lastId + 1;
    while (this.sent.has(this.lastId) || this.released.has(this.lastId));
    return this.lastId;
  }
}
