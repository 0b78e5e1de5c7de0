import { mustMatch } from "./matching";
import { byPayload, placesIn, placesOf, receiptsOf } from "./messages";
import type { Model, Receipt, Sent, Session } from "./model";
import type { Violation } from "./rules";

/**
 * Checks that the messages of one client on one topic at one QoS arrive in order, separately for
 * each QoS of delivery [MQTT-4.6.0-5, -6]. Only first arrivals count, because later copies may be
 * repetitions.
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

/**
 * Whether the repeated message may be a new message for this client, which subscribed after the
 * first send.
 */
function mayBeLater(session: Session, source: Sent, { message }: Receipt): boolean {
  const isNew = source.message.qos === 1 && source.sends.length > 1;
  return isNew && (mustMatch(session, source) ?? 0) < Math.max(message.qos, 1);
}
