/**
 * The session's state on our side [MQTT 3.1.2.4]: what we have sent at QoS 1 and 2 and what of it
 * is not acknowledged, and the ids of what we have received at QoS 2. It lives across
 * connections, and knows neither sockets nor time.
 */
import { remove } from "./list";
import { DUP, encodeAck, encodePublish, PUBACK, PUBCOMP, PUBREC, PUBREL } from "./packet";

/** Messages in flight at once, and the bytes of their packets together. */
export const MAX_FLIGHTS = 16;
export const MAX_FLIGHT_BYTES = 4096;
/** QoS 2 messages received of which the broker has not confirmed the end. */
export const MAX_RECEIVED = 128;
/** Ids above are for SUBSCRIBE and UNSUBSCRIBE, so that the two never meet [MQTT-2.3.1-2]. */
export const MAX_PUBLISH_ID = 0xfeff;

/** A message of ours on its way to the broker. */
export interface Flight {
  id: number;
  qos: 1 | 2;
  /** What is to be sent (again): the PUBLISH, and from PUBREC on the PUBREL. */
  packet: Buffer;
  /** Sent on this connection. */
  sent: boolean;
  /** The broker may have seen it, on this connection or an earlier one. */
  tried: boolean;
  /** QoS 2: the broker has the message. */
  received: boolean;
  done: boolean;
  /** Why it will never be done. */
  error?: string;
  /** For the client: whom to wake when `done` or `error` is set. */
  waiter?: unknown;
}

// What a QoS 2 message that comes in is to the session.
export const NEW = 0;
/** Received before, its handler has not finished. */
export const PENDING = 1;
/** Received before and handled. */
export const HANDLED = 2;
/** MAX_RECEIVED is reached. */
export const TOO_MANY = 3;

export class Session {
  /** In the order of publishing, which is the order of sending [MQTT-4.6.0-1]. */
  readonly flights: Flight[] = [];
  /** Number of the current connection, and of the first one of the broker's current session. */
  connection = 0;
  since = 0;

  private bytes = 0;
  /** Ids received at QoS 2; negative once handled. */
  private received: number[] = [];

  /**
   * @param lastId 0..65279, where packet ids go on from. Best random: a broker that kept our
   * session while we lost power takes a QoS 2 id that it still knows for a duplicate.
   * @param settled called with each flight that has ended, well or not
   */
  constructor(
    private lastId: number,
    private readonly settled: (flight: Flight) => void,
  ) {}

  /** True if a packet of this size, in bytes, may be added. */
  hasRoom(size: number): boolean {
    const count = this.flights.length;
    return count === 0 || (count < MAX_FLIGHTS && this.bytes + size <= MAX_FLIGHT_BYTES);
  }

  add(topic: string, payload: Buffer, qos: 1 | 2, retain: boolean): Flight {
    // An id that is not in use: fewer are than there are ids [MQTT-2.3.1-2].
    for (;;) {
      this.lastId = (this.lastId % MAX_PUBLISH_ID) + 1;
      if (!this.find(this.lastId)) break;
    }
    const flight: Flight = {
      id: this.lastId,
      qos,
      packet: encodePublish(topic, payload, qos, retain, this.lastId),
      sent: false,
      tried: false,
      received: false,
      done: false,
    };
    this.flights.push(flight);
    this.bytes += flight.packet.length;
    return flight;
  }

  /** The next packet to send, in order; it counts as sent from here on. */
  unsent(): Buffer | undefined {
    for (const flight of this.flights) {
      if (flight.sent) continue;
      flight.sent = true;
      const { packet } = flight;
      // Sent again, a PUBLISH says so [MQTT-3.3.1-1]; PUBREL has no such flag.
      if (flight.tried && !flight.received) packet[0] = (packet[0] as number) | DUP;
      flight.tried = true;
      return packet;
    }
    return undefined;
  }

  /**
   * The broker has answered. After PUBREC the PUBREL is next in unsent().
   * @param type PUBACK, PUBREC or PUBCOMP
   * @returns false for an id or a stage that does not exist: a duplicate, or after a time-out
   */
  acknowledged(type: number, id: number): boolean {
    const flight = this.find(id);
    if (!flight) return false;
    if (type === PUBREC) {
      if (flight.qos === 1) return false;
      // The message itself is never sent again after this [MQTT-4.3.3-1].
      this.bytes += 4 - flight.packet.length;
      flight.packet = encodeAck(PUBREL, id);
      flight.received = true;
      flight.sent = false;
      return true;
    }
    let awaited = flight.received ? PUBCOMP : 0;
    if (flight.qos === 1) awaited = PUBACK;
    if (type !== awaited) return false;
    flight.done = true;
    this.end(flight);
    return true;
  }

  /**
   * Gives a flight up, after a time-out. At QoS 2, once sent, it goes on all the same: the
   * exchange has to come to its end, or the broker takes the next message with that id for a
   * duplicate.
   */
  withdraw(flight: Flight): void {
    if (flight.qos === 1 || !flight.tried) this.end(flight);
  }

  /** A new connection; all that is not acknowledged is to be sent again [MQTT-4.4.0-1]. */
  connected(sessionPresent: boolean): void {
    this.connection++;
    if (!sessionPresent) {
      this.since = this.connection;
      this.received = [];
    }
    for (const flight of this.flights.slice(0)) {
      flight.sent = false;
      if (sessionPresent) continue;
      if (!flight.tried) continue;
      if (flight.qos === 1) {
        // To a new session it is a new message [MQTT-3.1.2-6].
        flight.tried = false;
        flight.packet[0] = (flight.packet[0] as number) & ~DUP;
        continue;
      }
      // Whether the broker passed it on before it forgot us, nobody knows.
      flight.error = "session lost";
      this.end(flight);
    }
  }

  /** All flights end with this error. */
  abort(error: string): void {
    for (const flight of this.flights.slice(0)) {
      flight.error = error;
      this.end(flight);
    }
  }

  /** A QoS 2 PUBLISH came in: NEW, PENDING, HANDLED or TOO_MANY. */
  receive(id: number): number {
    const { received } = this;
    if (received.indexOf(id) >= 0) return PENDING;
    if (received.indexOf(-id) >= 0) return HANDLED;
    if (received.length >= MAX_RECEIVED) return TOO_MANY;
    received.push(id);
    return NEW;
  }

  /** Its handler has finished: from here on PUBREC may be sent. */
  handled(id: number): void {
    const at = this.received.indexOf(id);
    if (at >= 0) this.received[at] = -id;
  }

  /** PUBREL came in: the id is free for the broker's next message [MQTT-4.3.3-2]. */
  released(id: number): void {
    if (!remove(this.received, -id)) remove(this.received, id);
  }

  private find(id: number): Flight | undefined {
    for (const flight of this.flights) if (flight.id === id) return flight;
    return undefined;
  }

  private end(flight: Flight): void {
    if (!remove(this.flights, flight)) return;
    this.bytes -= flight.packet.length;
    this.settled(flight);
  }
}
