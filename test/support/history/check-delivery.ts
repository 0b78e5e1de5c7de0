import { matches } from "./events";
import { mayMatch, mustMatch } from "./matching";
import { isAlive, placesIn, placesOf, receiptsOf } from "./messages";
import type { Model, Receipt, Sent, Session } from "./model";
import type { Rules, Violation } from "./rules";

/**
 * Checks that each acknowledged message reaches every session that was subscribed from before the
 * message was sent until after it was acknowledged, at the QoS of the strongest subscription
 * (section 3.3.5). The same holds for wills.
 */
export function checkDelivery(model: Model, rules: Rules): Violation[] {
  const owed = model.sent.filter((sent) => isOwed(sent, model, rules));
  return model.sessions.flatMap((session) => {
    const receipts = receiptsOf(session, false);
    return owed.flatMap((sent) => {
      const qos = mustMatch(session, sent);
      if (qos === undefined || qos === 0) return [];
      const got = receipts.get(sent.message.payload);
      if (got) {
        // When the session ended, the copy with the higher QoS may still have been in flight.
        if (rules.overlapping === "each" && !isAlive(session)) return [];
        const isGood = got.some(({ message }) => message.qos >= qos);
        return isGood ? [] : [lowered(session, sent, got, qos)];
      }
      const proof = isAlive(session) ? undefined : overtaker(session, sent, qos, owed, receipts);
      if (!isAlive(session) && !proof) return [];
      return [lost(session, sent, proof)];
    });
  });
}

/**
 * Whether the broker must deliver the message: it has acknowledged the message, or the message is a
 * will that must be published.
 */
function isOwed({ message, ackedAt, will }: Sent, { kills }: Model, rules: Rules): boolean {
  if (message.qos === 0 || message.payload === "") return false;
  if (!will) return ackedAt < Infinity;
  if (!will.accepted || will.ending === undefined || will.ending === "disconnect") return false;
  // If the broker sees the client's next connection before it notices the break, the next
  // connection takes over.
  const mayBeTakenOver = will.session.connections.at(-1) !== will;
  if (mayBeTakenOver && !will.session.clean && !rules.willAtTakeOver) return false;
  return rules.willAfterKill || !kills.some(({ goneAt }) => goneAt >= will.endedAt);
}

/**
 * Returns a message that was sent later and that the session received. The order must be kept, so
 * this message proves that the broker lost the earlier one. A session that has ended needs this
 * proof, because the lost message might still have been in flight.
 */
function overtaker(
  session: Session,
  lost: Sent,
  qos: number,
  owed: Sent[],
  receipts: Map<string, Receipt[]>,
): Receipt | undefined {
  if (lost.will) return undefined;
  const qosOfAll = (sent: Sent) =>
    new Set(mayMatch(session, sent).map((change) => Math.min(sent.message.qos, change.qos ?? 0)));
  if (qosOfAll(lost).size !== 1) return undefined;
  for (const later of owed) {
    if (later.startsAt < lost.ackedAt || later.publisher !== lost.publisher) continue;
    const { topic, payload, qos: sentQos } = later.message;
    if (topic !== lost.message.topic || sentQos !== lost.message.qos) continue;
    const receipt = receipts.get(payload)?.find(({ message }) => message.qos === qos);
    if (receipt) return receipt;
  }
  return undefined;
}

function lost(session: Session, sent: Sent, proof: Receipt | undefined): Violation {
  const { topic, payload } = sent.message;
  const why = proof ? `it never got it, but a later one` : "it never got it";
  return {
    rule: "lost",
    text: `"${payload}" on ${topic}: ${session.client} was subscribed, and ${why}`,
    at: [...placesOf(sent), ...placesIn(session, filtersOf(session, topic)), proof?.at ?? -1],
  };
}

function lowered(session: Session, sent: Sent, got: Receipt[], qos: number): Violation {
  const { topic, payload } = sent.message;
  return {
    rule: "QoS",
    text: `"${payload}" on ${topic}: expected QoS ${qos} for ${session.client}, got ${got.map(({ message }) => message.qos).join()}`,
    at: [
      ...placesOf(sent),
      ...placesIn(session, filtersOf(session, topic)),
      ...got.map(({ at }) => at),
    ],
  };
}

function filtersOf({ changes }: Session, topic: string): string[] {
  return [...changes.keys()].filter((filter) => matches(filter, topic));
}
