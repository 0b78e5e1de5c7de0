import type { Model, Receipt, Sent, Session } from "./model";

/**
 * Messages by payload. Messages that clear a retained message have an empty payload, so they can't
 * be told apart.
 */
export function byPayload({ sent }: Model): Map<string, Sent> {
  return new Map(sent.map((one) => [one.message.payload, one]));
}

/**
 * Receipts of one kind by payload. With `retained`: only answers to a subscription; otherwise all
 * others.
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

/** Whether the client reads from this session until the end of the history. */
export function isAlive({ endedAt, connections }: Session): boolean {
  return endedAt === Infinity && connections.at(-1)?.ending === undefined;
}

/** Places at which a message was sent and acknowledged. */
export function placesOf({ sends, startsAt, ackedAt, will }: Sent): number[] {
  return [...sends.map(({ at }) => at), startsAt, ackedAt, will?.openedAt ?? -1];
}

/** Places of a session's connections and of its changes to these filters. */
export function placesIn(session: Session, filters: Iterable<string>): number[] {
  const changes = [...filters].flatMap((filter) => session.changes.get(filter) ?? []);
  return [
    ...session.connections.flatMap(({ openedAt, endedAt }) => [openedAt, endedAt]),
    ...changes.flatMap(({ sentAt, answeredAt }) => [sentAt, answeredAt]),
  ];
}
