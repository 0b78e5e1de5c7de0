import { matches } from "./events";
import type { Connection, FilterChange, Sent, Session } from "./model";

/** A client's SUBSCRIBE or UNSUBSCRIBE, whose time is compared with that of a message. */
type Step = Pick<FilterChange, "connection" | "sentAt" | "answeredAt">;

/**
 * Whether a message takes its place in the order of its connection, in which the broker handles
 * packets. A QoS 2 message does not: it is complete only with PUBREL.
 */
function isInOrder({ message, sends }: Sent, connection: Connection): boolean {
  return message.qos < 2 && sends.length === 1 && sends[0]?.connection === connection;
}

/** Whether the broker certainly passed on a message before it handled a subscription's change. */
export function isBefore(sent: Sent, step: Step): boolean {
  if (sent.doneAt < step.sentAt) return true;
  return isInOrder(sent, step.connection) && sent.startsAt < step.sentAt;
}

/** Whether the broker certainly passed on `sent` before `other`. */
export function isReplacedBy(sent: Sent, other: Sent): boolean {
  if (sent.doneAt < other.startsAt) return true;
  const [send] = other.sends;
  if (!send || sent.startsAt >= other.startsAt) return false;
  return isInOrder(sent, send.connection) && isInOrder(other, send.connection);
}

/** Whether the broker certainly passed on a message after it handled a subscription's change. */
export function isAfter(sent: Sent, step: Step): boolean {
  if (sent.startsAt > step.answeredAt) return true;
  const [first, again] = sent.sends;
  if (first?.connection !== step.connection || sent.startsAt < step.sentAt) return false;
  // If the change was not answered, both packets may have been lost, and the message sent again
  // later.
  return step.answeredAt < Infinity || again === undefined;
}

/**
 * Returns the matching subscriptions, each of which may have been active when the message was
 * passed on.
 */
export function mayMatch(session: Session, sent: Sent): FilterChange[] {
  return [...session.changes].flatMap(([filter, changes]) =>
    matches(filter, sent.message.topic)
      ? changes.filter((change, at) => isPossible(change, changes.slice(at + 1), sent))
      : [],
  );
}

function isPossible(change: FilterChange, later: FilterChange[], sent: Sent): boolean {
  if (change.qos === undefined || isBefore(sent, change)) return false;
  return !later.some((next) => isAfter(sent, next));
}

/**
 * Returns the minimum QoS at which the message must be delivered to the session. The QoS follows
 * from the subscriptions that were active from before the message was sent until after it was
 * passed on. Undefined if there were none.
 */
export function mustMatch(session: Session, sent: Sent): number | undefined {
  if (session.endedAt < sent.doneAt) return undefined;
  let must: number | undefined;
  for (const [filter, changes] of session.changes) {
    if (!matches(filter, sent.message.topic) || !isStanding(changes, sent)) continue;
    const possible = changes.filter((change, at) =>
      isPossible(change, changes.slice(at + 1), sent),
    );
    const lowest = Math.min(sent.message.qos, ...possible.map(({ qos }) => qos ?? 0));
    must = Math.max(must ?? 0, lowest);
  }
  return must;
}

/**
 * Whether a filter was subscribed from before the message was sent until after it was passed on.
 * Replacing a subscription leaves no gap [MQTT-3.8.4-3].
 */
function isStanding(changes: FilterChange[], sent: Sent): boolean {
  const start = changes.findLastIndex(
    (change) => change.answeredAt < Infinity && isAfter(sent, change),
  );
  if (start < 0 || changes[start]?.qos === undefined) return false;
  return changes.slice(start + 1).every((next) => next.qos !== undefined || isBefore(sent, next));
}
