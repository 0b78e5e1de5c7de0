/**
 * The client's half of the session state [MQTT 3.1.2.4]: messages sent at QoS 1 and 2 and not
 * acknowledged, and the ids of messages received at QoS 2. The state outlives connections, and uses
 * neither sockets nor time.
 */
import { remove } from "./list";
import { DUP, encodeAck, encodePublish, PUBACK, PUBCOMP, PUBREC, PUBREL } from "./packet";

/** Maximum number of messages in flight, and maximum size of their packets together. */
export const MAX_FLIGHTS = 16;
export const MAX_FLIGHT_BYTES = 4096;
/** Maximum number of received QoS 2 messages that the broker has not released. */
export const MAX_RECEIVED = 128;
/**
 * Higher ids are reserved for SUBSCRIBE and UNSUBSCRIBE, so that the two ranges never collide
 * [MQTT-2.3.1-2].
 */
export const MAX_PUBLISH_ID = 0xfeff;

/** A message in flight to the broker. */
export interface Flight {
  id: number;
  qos: 1 | 2;
  /** The packet to send or resend: the PUBLISH, and after PUBREC the PUBREL. */
  packet: Buffer;
  /** True if the packet was sent on the current connection. */
  sent: boolean;
  /**
   * True if the packet was sent on this connection or an earlier one: the broker may have received
   * it.
   */
  tried: boolean;
  /** QoS 2: true once the broker has the message. */
  received: boolean;
  done: boolean;
  /** Why the message failed. */
  error?: string;
  /** For the client: the task to wake when `done` or `error` is set. */
  waiter?: unknown;
}

// States of an incoming QoS 2 message.
export const NEW = 0;
/** The message was received before, but its handler has not finished. */
export const PENDING = 1;
/** The message was received before, and its handler has finished. */
export const HANDLED = 2;
/** The message can't be accepted, because MAX_RECEIVED is reached. */
export const TOO_MANY = 3;

export class Session {
  /**
   * The messages in flight, in the order of publishing, which is the order of sending
   * [MQTT-4.6.0-1].
   */
  readonly flights: Flight[] = [];
  /**
   * Number of the current connection, and of the first connection of the broker's current session.
   */
  connection = 0;
  since = 0;

  private bytes = 0;
  /** Ids received at QoS 2; negative once handled. */
  private received: number[] = [];

  /**
   * @param lastId 0..65279, the packet id to continue from. Should be random: a broker that kept
   * our session while we lost power considers a QoS 2 id that it still holds a duplicate.
   * @param settled called with each flight that has ended, successfully or not
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
    // Finds an unused id: there are more ids than flights [MQTT-2.3.1-2].
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

  /** Returns the next packet to send, in order, and marks it as sent. */
  unsent(): Buffer | undefined {
    for (const flight of this.flights) {
      if (flight.sent) continue;
      flight.sent = true;
      const { packet } = flight;
      // A resent PUBLISH is marked as a duplicate [MQTT-3.3.1-1]; PUBREL has no such flag.
      if (flight.tried && !flight.received) packet[0] = (packet[0] as number) | DUP;
      flight.tried = true;
      return packet;
    }
    return undefined;
  }

  /**
   * Processes an acknowledgement. After PUBREC, unsent() returns the PUBREL.
   * @param type PUBACK, PUBREC or PUBCOMP
   * @returns false if no flight expects this acknowledgement: it is a duplicate, or came after a
   * timeout
   */
  acknowledged(type: number, id: number): boolean {
    const flight = this.find(id);
    if (!flight) return false;
    if (type === PUBREC) {
      if (flight.qos === 1) return false;
      // After PUBREC, the message itself is never sent again [MQTT-4.3.3-1].
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
   * Gives up on a flight after a timeout. A QoS 2 message that was sent stays in flight: its
   * exchange must be completed, or the broker considers the next message with that id a duplicate.
   */
  withdraw(flight: Flight): void {
    if (flight.qos === 1 || !flight.tried) this.end(flight);
  }

  /** Called at each connect: everything unacknowledged must be sent again [MQTT-4.4.0-1]. */
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
        // In a new session, the message counts as a new one, not as a duplicate [MQTT-3.1.2-6].
        flight.tried = false;
        flight.packet[0] = (flight.packet[0] as number) & ~DUP;
        continue;
      }
      // Whether the broker forwarded the message before it lost the session is unknown.
      flight.error = "session lost";
      this.end(flight);
    }
  }

  /** Ends all flights with this error. */
  abort(error: string): void {
    for (const flight of this.flights.slice(0)) {
      flight.error = error;
      this.end(flight);
    }
  }

  /** Called for an incoming QoS 2 PUBLISH. @returns NEW, PENDING, HANDLED or TOO_MANY */
  receive(id: number): number {
    const { received } = this;
    if (received.indexOf(id) >= 0) return PENDING;
    if (received.indexOf(-id) >= 0) return HANDLED;
    if (received.length >= MAX_RECEIVED) return TOO_MANY;
    received.push(id);
    return NEW;
  }

  /** Called when the message's handler has finished: PUBREC may now be sent. */
  handled(id: number): void {
    const at = this.received.indexOf(id);
    if (at >= 0) this.received[at] = -id;
  }

  /** Called for PUBREL: the broker may use the id for its next message [MQTT-4.3.3-2]. */
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
