import type { Message } from "./message";
import type { QoS, Will } from "./packets";

/** The state that must outlive the process, as records with a key, JSON and bytes. */

/** Name of the database file in the broker's folder. */
export const FILE = "broker.db";

export interface RecordEntry {
  key: string;
  /** The record's fields as JSON. */
  head: string;
  body?: Uint8Array;
}

/** A change of a record. Without a head, the record is deleted. */
export type RecordChange = RecordEntry | { key: string; head?: undefined };

/** Takes the changes of records; see journal.ts. */
export interface RecordSink {
  put(key: string, head: object, body?: Uint8Array): void;
  delete(key: string): void;
}

export interface SessionHead {
  clientId: string;
  /** The user who owns the session; empty for an anonymous client. */
  owner: string;
  filters: [string, QoS][];
}

export interface DeliveryHead {
  clientId: string;
  /** Number of the delivered message in the store. */
  message: number;
  qos: QoS;
  retained: boolean;
  /** Packet id, or 0 if the message was not sent yet. */
  id: number;
  /** Whether the subscriber has sent PUBREC. */
  released: boolean;
}

export interface MessageHead {
  topic: string;
  qos: QoS;
}

/** A retained message. A `free` message does not count against the limit of retained messages. */
export interface RetainedHead extends MessageHead {
  free: boolean;
}

/**
 * The will of a connected client. If this process ends, the will is published at the next start.
 */
export interface WillHead extends Omit<Will, "payload"> {
  clientId: string;
  free: boolean;
}

/** A QoS 2 message of a client that was received, but not released yet. */
export interface ReceivedHead {
  clientId: string;
  id: number;
}

/** Pads a number, so that keys sort in the order of their numbers. */
function padded(number: number): string {
  return String(number).padStart(16, "0");
}

export const keys = {
  session: (clientId: string) => `session/${clientId}`,
  message: (number: number) => `message/${padded(number)}`,
  delivery: (number: number) => `delivery/${padded(number)}`,
  retained: (topic: string) => `retained/${topic}`,
  will: (clientId: string) => `will/${clientId}`,
  received: (clientId: string, id: number) => `received/${id}/${clientId}`,
};

/** Stores a delivery of a message. With the first delivery, stores the message itself, too. */
export function putDelivery(
  sink: RecordSink,
  number: number,
  clientId: string,
  message: Message,
  delivery: Omit<DeliveryHead, "clientId" | "message">,
): void {
  if (message.stored === 0) {
    message.detach();
    message.stored = number;
    putMessage(sink, message);
  }
  const { qos, retained, id, released } = delivery;
  const head: DeliveryHead = { clientId, message: message.stored, qos, retained, id, released };
  sink.put(keys.delivery(number), head);
}

export function putMessage(sink: RecordSink, message: Message): void {
  const head: MessageHead = { topic: message.topic, qos: message.qos };
  sink.put(keys.message(message.stored), head, message.payload);
}

export function deleteDelivery(sink: RecordSink, number: number, message: Message): void {
  sink.delete(keys.delivery(number));
  if (--message.references > 0) return;
  sink.delete(keys.message(message.stored));
  message.stored = 0;
}
