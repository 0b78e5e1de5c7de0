import type { Model, Receipt, Sent, Session } from "./model";

/**
 * Returns the sent messages by payload. Messages that clear a retained message are not
 * distinguished: their payload is empty.
 */
export function byPayload({ sent }: Model): Map<string, Sent> {
  return new Map(sent.map((one) => [one.message.payload, one]));
}

/**
 * Returns a session's receipts by payload. If `retained` is true, only answers to a subscription,
 * otherwise only the other receipts.
 */
export function receiptsOf(session: Session, retained: boolean): Map<string, Receipt[]> {
  const found = new Map<string, Receipt[]>();
  for (const receipt of session.receipts) {
    const { payload, retain } = receipt.message;
    if (payload === "" || retain !== retained) continue;
    const list = found.get(payload);
    if (list) list.push(receipt);
    else found.set(payload, [receipt]);
  }
  return found;
}

/** Whether the client still reads from this session at the end of the history. */
export function isAlive({ endedAt, connections }: Session): boolean {
  return endedAt === Infinity && connections.at(-1)?.ending === undefined;
}

/** Returns the positions in the history at which a message was sent and acknowledged. */
export function placesOf({ sends, startsAt, ackedAt, will }: Sent): number[] {
  return [...sends.map(({ at }) => at), startsAt, ackedAt, will?.openedAt ?? -1];
}

/**
 * Returns the positions in the history of a session's connections and of its changes to these
 * filters.
 */
export function placesIn(session: Session, filters: Iterable<string>): number[] {
  const changes = [...filters].flatMap((filter) => session.changes.get(filter) ?? []);
  return [
    ...session.connections.flatMap(({ openedAt, endedAt }) => [openedAt, endedAt]),
    ...changes.flatMap(({ sentAt, answeredAt }) => [sentAt, answeredAt]),
  ];
}
