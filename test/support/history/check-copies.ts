import { matches } from "./events";
import { mayMatch } from "./matching";
import { byPayload, placesIn, placesOf, receiptsOf } from "./messages";
import type { FilterChange, Model, Receipt, Sent, Session } from "./model";
import type { Rule, Rules, Violation } from "./rules";

/**
 * Checks each received message: it was sent, its receiver had subscribed to it with this QoS, and
 * it did not arrive too often.
 */
export function checkCopies(model: Model, rules: Rules): Violation[] {
  const sent = byPayload(model);
  return model.sessions.flatMap((session) => [
    ...session.receipts.flatMap((receipt) => [
      ...checkOrigin(receipt, model, sent),
      ...checkDup(receipt, session, model),
    ]),
    ...checkLive(session, sent, model, rules),
    ...checkAnswers(session, sent, model),
  ]);
}

function checkOrigin({ at, message }: Receipt, model: Model, sent: Map<string, Sent>): Violation[] {
  const { topic, payload } = message;
  if (payload === "") {
    const clears = model.sent.some(
      (one) => one.message.payload === "" && one.message.topic === topic && one.startsAt < at,
    );
    return clears ? [] : [{ rule: "invented", text: `an empty message on ${topic}`, at: [at] }];
  }
  const source = sent.get(payload);
  if (!source) return [{ rule: "invented", text: `nobody sent "${payload}"`, at: [at] }];
  if (source.message.topic !== topic)
    return [
      {
        rule: "invented",
        text: `"${payload}" was not sent on ${topic}`,
        at: [...placesOf(source), at],
      },
    ];
  if (
    source.will &&
    (at < source.startsAt || source.will.ending === "disconnect") &&
    !isDoubtful(source, model)
  )
    return [
      {
        rule: "will",
        text: `"${payload}", but its connection had not broken`,
        at: [...placesOf(source), source.will.endedAt, at],
      },
    ];
  return [];
}

/**
 * Whether the will may be published although the client sent DISCONNECT: a killed broker may not
 * have read that packet.
 */
function isDoubtful({ will }: Sent, { kills }: Model): boolean {
  return kills.some(({ at, goneAt }) => will && goneAt > will.endedAt && at < will.closedAt);
}

/**
 * Checks DUP and packet ids. DUP means only that the packet was sent before [MQTT-3.3.1-1..3]. A
 * packet may be repeated only on a new connection [MQTT-4.4.0-1].
 */
function checkDup(receipt: Receipt, session: Session, { kills }: Model): Violation[] {
  const { at, message, dup, repeats, connection, packetId } = receipt;
  const wrong = (rule: Rule, text: string) => [
    {
      rule,
      text: `"${message.payload}" for ${session.client}: ${text}`,
      at: [repeats?.at ?? -1, connection.openedAt, at],
    },
  ];
  if (dup && (message.qos === 0 || session.connections[0] === connection))
    return wrong("DUP", "it carries DUP, but cannot have been sent before");
  if (!repeats) return [];
  // At QoS 1, a killed broker may have lost the packet id that it used. At QoS 2 it must know the
  // id.
  const { qos } = repeats.message;
  if (qos === 1 && kills.some(({ goneAt }) => goneAt > repeats.at && goneAt < at)) return [];
  const isSame = repeats.message.payload === message.payload;
  const isOpen = qos === 2 || repeats.confirmedAt === Infinity;
  if (!isSame) return isOpen ? wrong("packet id", `id ${packetId ?? 0} is in use`) : [];
  if (repeats.connection === connection)
    return wrong("repeated", "sent again on the same connection");
  return !dup && isOpen ? wrong("DUP", "sent again without DUP") : [];
}

/** Checks messages that were passed on when they were published, not in answer to a SUBSCRIBE. */
function checkLive(
  session: Session,
  sent: Map<string, Sent>,
  { kills }: Model,
  rules: Rules,
): Violation[] {
  return [...receiptsOf(session, false)].flatMap(([payload, receipts]) => {
    const source = sent.get(payload);
    if (!source) return [];
    const may = mayMatch(session, source);
    const first = receipts[0]?.at ?? 0;
    const killed = kills.filter(({ goneAt }) => goneAt > first).length;
    const qos = Math.min(...receipts.map(({ message }) => message.qos));
    const filters = new Set(may.map(({ filter }) => filter)).size;
    const most = rules.overlapping === "each" ? filters : Math.min(filters, 1);
    // If a publisher repeats a QoS 1 message, the broker may deliver it again. So may a broker that
    // was killed.
    const times = source.message.qos === 1 && !source.will ? source.sends.length : 1;
    return judge(session, source, receipts, may, most * times + (qos === 1 ? killed : 0));
  });
}

/** Checks retained messages received in answer to a SUBSCRIBE. */
function checkAnswers(session: Session, sent: Map<string, Sent>, { kills }: Model): Violation[] {
  return [...receiptsOf(session, true)].flatMap(([payload, receipts]) => {
    const source = sent.get(payload);
    if (!source) return [];
    const last = receipts.at(-1)?.at ?? 0;
    const asked = [...session.changes.values()]
      .flat()
      .filter(
        ({ filter, qos, sentAt }) =>
          qos !== undefined && sentAt < last && matches(filter, source.message.topic),
      );
    return judge(session, source, receipts, asked, asked.length + kills.length);
  });
}

function judge(
  session: Session,
  source: Sent,
  receipts: Receipt[],
  may: FilterChange[],
  most: number,
): Violation[] {
  const { topic, payload, qos } = source.message;
  const places = () => [
    ...placesOf(source),
    ...placesIn(
      session,
      [...session.changes.keys()].filter((filter) => matches(filter, topic)),
    ),
    ...receipts.map(({ at }) => at),
  ];
  const wrong = (rule: Rule, text: string) => [
    { rule, text: `"${payload}" on ${topic} for ${session.client}: ${text}`, at: places() },
  ];
  if (may.length === 0) return wrong("not subscribed", "nothing that it subscribed to matches");
  const allowed = new Set(may.map((change) => Math.min(qos, change.qos ?? 0)));
  const odd = receipts.find(({ message }) => !allowed.has(message.qos));
  if (odd) return wrong("QoS", `expected QoS ${[...allowed].join(" or ")}, got ${odd.message.qos}`);
  const fresh = receipts.filter(
    ({ repeats, message }) => repeats?.message.payload !== message.payload,
  );
  if (fresh.length > most) return wrong("repeated", `expected ${most}, got ${fresh.length}`);
  return [];
}
