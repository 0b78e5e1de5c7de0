import { matches } from "./events";
import { isBefore, isReplacedBy } from "./matching";
import { byPayload, isAlive, placesOf, receiptsOf } from "./messages";
import type { FilterChange, Kill, Model, Sent, Session } from "./model";
import type { Rules, Violation } from "./rules";

/**
 * Checks that a new subscription receives the last acknowledged retained message, or one still in
 * flight [MQTT-3.3.1-5, -6]. At QoS 0 the broker may discard the retained message [MQTT-3.3.1-7].
 */
export function checkRetained(model: Model, rules: Rules): Violation[] {
  const sent = byPayload(model);
  const writes = new Map<string, Sent[]>();
  for (const one of model.sent) {
    const { topic, retain } = one.message;
    if (retain) writes.set(topic, [...(writes.get(topic) ?? []), one]);
  }
  return model.sessions.flatMap((session) => [
    ...checkValues(session, sent, writes),
    ...checkPresence(session, writes, model, rules),
  ]);
}

type Writes = Map<string, Sent[]>;

function checkValues(session: Session, sent: Map<string, Sent>, writes: Writes): Violation[] {
  return [...receiptsOf(session, true)].flatMap(([payload, receipts]) => {
    const source = sent.get(payload);
    if (!source) return [];
    const { topic, retain } = source.message;
    if (!retain)
      return [
        {
          rule: "retained",
          text: `"${payload}" on ${topic} was not to be retained`,
          at: [...placesOf(source), ...receipts.map(({ at }) => at)],
        },
      ];
    return receipts.flatMap(({ at }) => {
      const asked = subscriptionsTo(session, topic).filter(({ sentAt }) => sentAt < at);
      const later = writes.get(topic)?.filter((write) => isReplacedBy(source, write)) ?? [];
      if (asked.length === 0 || asked.some((step) => !later.some((write) => isBefore(write, step))))
        return [];
      const text = `"${payload}" on ${topic} reached ${session.client}, which subscribed after it was replaced`;
      const places = later
        .filter((write) => asked.every((step) => isBefore(write, step)))
        .slice(0, 1);
      return [
        {
          rule: "retained",
          text,
          at: [
            ...placesOf(source),
            ...places.flatMap(placesOf),
            ...asked.map(({ sentAt }) => sentAt),
            at,
          ],
        },
      ];
    });
  });
}

function checkPresence(
  session: Session,
  writes: Writes,
  { kills }: Model,
  rules: Rules,
): Violation[] {
  return [...writes].flatMap(([topic, all]) =>
    subscriptionsTo(session, topic).flatMap((step) => {
      if (!step.qos || !isReadOn(session, step, kills, rules)) return [];
      const readBy = firstProof(step);
      const kept = all.findLast(
        (write) =>
          !isFleeting(write) &&
          isBefore(write, step) &&
          // No later message may have removed the retained message, including messages that may
          // still be in flight.
          !all.some((one) => isFleeting(one) && one.startsAt < readBy && !isReplacedBy(one, write)),
      );
      if (!kept) return [];
      const got = session.receipts.some(
        ({ at, message }) => message.retain && message.topic === topic && at > step.sentAt,
      );
      if (got) return [];
      const text = `${session.client} subscribed to ${step.filter}, and got nothing retained of ${topic}`;
      return [
        {
          rule: "retained",
          text,
          at: [
            ...placesOf(kept),
            step.sentAt,
            step.answeredAt,
            session.connections.at(-1)?.openedAt ?? -1,
          ],
        },
      ];
    }),
  );
}

function isFleeting({ message }: Sent): boolean {
  return message.qos === 0 || message.payload === "";
}

/** Whether the retained messages for a subscription must have arrived. */
function isReadOn(session: Session, step: FilterChange, kills: Kill[], rules: Rules): boolean {
  const { connection, answeredAt } = step;
  if (answeredAt === Infinity) return false;
  if (connection.ending === undefined) return true;
  if (session.clean || !isAlive(session)) return false;
  if (!rules.survivesKill && kills.some(({ goneAt }) => goneAt > answeredAt)) return false;
  return firstProof(step) < Infinity;
}

/**
 * Returns when the broker first answered a request that was sent after the subscription's answer.
 */
function firstProof({ connection, answeredAt }: FilterChange): number {
  const later = connection.answered.filter(({ sentAt }) => sentAt > answeredAt);
  return Math.min(Infinity, ...later.map((one) => one.answeredAt));
}

function subscriptionsTo({ changes }: Session, topic: string): FilterChange[] {
  return [...changes].flatMap(([filter, list]) =>
    matches(filter, topic) ? list.filter(({ qos }) => qos !== undefined) : [],
  );
}
