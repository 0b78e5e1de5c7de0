import type { BrokerCore } from "./core";
import { Message } from "./message";
import type {
  DeliveryHead,
  MessageHead,
  ReceivedHead,
  RecordEntry,
  RetainedHead,
  SessionHead,
  WillHead,
} from "./records";

/**
 * Restores the broker's state from its records.
 * @param entries in the order of their keys
 */
export function restore(core: BrokerCore, entries: readonly RecordEntry[]): void {
  for (const { head } of records<SessionHead>(entries, "session"))
    core.restoreSession(head.clientId, head.owner, head.filters);
  for (const { head } of records<ReceivedHead>(entries, "received"))
    core.session(head.clientId)?.restoreReceived(head.id);
  for (const { head, body } of records<RetainedHead>(entries, "retained"))
    core.retained.restore(head, body);
  for (const { head, body } of records<WillHead>(entries, "will"))
    core.restoreWill(head.clientId, { ...head, payload: body });

  const messages = new Map<number, Message>();
  for (const { number, head, body } of records<MessageHead>(entries, "message")) {
    const message = new Message(head.topic, body, head.qos);
    message.stored = number;
    messages.set(number, message);
  }
  for (const { number, head } of records<DeliveryHead>(entries, "delivery")) {
    core.restoreNumber(number);
    const message = messages.get(head.message);
    if (message) core.session(head.clientId)?.restore({ ...head, number, message });
  }
}

interface Restored<Head> {
  /** The number in the record's key, for records with a number in it. */
  number: number;
  head: Head;
  body: Buffer;
}

function records<Head>(entries: readonly RecordEntry[], kind: string): Restored<Head>[] {
  return entries.flatMap(({ key, head, body = new Uint8Array() }) => {
    if (!key.startsWith(`${kind}/`)) return [];
    const number = Number(key.slice(kind.length + 1));
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return [{ number, head: JSON.parse(head) as Head, body: bytes }];
  });
}
