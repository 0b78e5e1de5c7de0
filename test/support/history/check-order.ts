import { mustMatch } from "./matching";
import { byPayload, placesIn, placesOf, receiptsOf } from "./messages";
import type { Model, Receipt, Sent, Session } from "./model";
import type { Violation } from "./rules";

/**
 * What one client publishes on one topic at one QoS arrives in its order, at each QoS of its own
 * [MQTT-4.6.0-5, -6]. Only first arrivals count: the rest may come again.
 */
export function checkOrder(model: Model): Violation[] {
  const sent = byPayload(model);
  return model.sessions.flatMap((session) => {
    const latest = new Map<string, { source: Sent; receipt: Receipt }>();
    return [...receiptsOf(session, false)].flatMap(([payload, [receipt]]) => {
      const source = sent.get(payload);
      if (!source || source.will || !receipt) return [];
      const { topic, qos } = source.message;
      const key = JSON.stringify([source.publisher, topic, qos, receipt.message.qos]);
      const before = latest.get(key);
      if (!before || before.source.startsAt < source.startsAt) {
        latest.set(key, { source, receipt });
        return [];
      }
      if (mayBeLater(session, source, receipt)) return [];
      const text = `"${payload}" on ${topic} reached ${session.client} after "${before.source.message.payload}", but was sent before`;
      const places = [...placesOf(source), ...placesOf(before.source), ...placesIn(session, [])];
      return [{ rule: "order" as const, text, at: [...places, before.receipt.at, receipt.at] }];
    });
  });
}

/** Sent again, it may be a new message to who subscribed after the first time. */
function mayBeLater(session: Session, source: Sent, { message }: Receipt): boolean {
  const isNew = source.message.qos === 1 && source.sends.length > 1;
  return isNew && (mustMatch(session, source) ?? 0) < Math.max(message.qos, 1);
}
