import { beforeEach, describe, expect, it } from "vitest";
import { check, excerpt } from "../support/history/check";
import { matches } from "../support/history/events";
import type { Rule, Rules } from "../support/history/rules";
import { Script } from "../support/history/script";

const STRICT: Rules = {
  overlapping: "one",
  willAtTakeOver: true,
  survivesKill: true,
  willAfterKill: true,
};

let h: Script;
let sender: number;
let reader: number;

/** Of each violation the rule; with the excerpts, if they are others than expected. */
function expectRules(expected: Rule[], rules: Partial<Rules> = {}): void {
  const found = check(h.events, { ...STRICT, ...rules });
  const text = found.map((one) => excerpt(h.events, one)).join("\n");
  expect(
    found.map(({ rule }) => rule),
    text,
  ).toEqual(expected);
}

const good = (rules?: Partial<Rules>) => expectRules([], rules);
const bad = (rule: Rule, rules?: Partial<Rules>) => expectRules([rule], rules);

beforeEach(() => {
  h = new Script();
  sender = h.accepted("sender");
  reader = h.accepted("reader");
});

describe("filters", () => {
  it.each([
    ["a/b", "a/b", true],
    ["a/b", "a/b/c", false],
    ["a/+", "a/b", true],
    ["a/+", "a", false],
    ["+/+", "/a", true],
    ["a/#", "a", true],
    ["a/#", "a/b/c", true],
    ["#", "a/b", true],
    ["#", "$SYS/x", false],
    ["$SYS/#", "$SYS/x", true],
  ])("%s names %s: %s", (filter, topic, named) => {
    expect(matches(filter, topic)).toBe(named);
  });
});

describe("what was acknowledged", () => {
  it.each([1, 2] as const)("arrives (QoS %i)", (qos) => {
    h.subscribed(reader, "a/+", 2);
    const message = h.published(sender, "a/b", qos);
    bad("lost");
    h.taken(reader, message);
    good();
  });

  it("may be lost at QoS 0, or if the subscription is", () => {
    h.subscribed(reader, "a", 0);
    h.published(sender, "a");
    h.subscribed(reader, "b");
    h.published(sender, "b", 0);
    good();
  });

  it("is owed to who subscribed before it was sent, and still was when it was acknowledged", () => {
    const early = h.message("a");
    const at = h.publish(sender, early);
    h.subscribed(reader, "a");
    h.acknowledge(sender, early, at);
    const late = h.message("a");
    const lateAt = h.publish(sender, late);
    h.unsubscribed(reader, "a");
    h.acknowledge(sender, late, lateAt);
    good();
    h.taken(reader, early);
    h.taken(reader, late);
    good();
  });

  it("is owed without a gap while a subscription is replaced", () => {
    h.subscribed(reader, "a", 2);
    const again = h.subscribe(reader, { filter: "a", qos: 1 });
    const message = h.published(sender, "a", 2);
    h.answer(reader, "suback", again, [1]);
    bad("lost");
    h.taken(reader, message, { qos: 1 });
    good();
  });

  it("waits in a kept session, and ends with a clean one", () => {
    h.subscribed(reader, "a");
    h.cut(reader);
    const message = h.published(sender, "a");
    // Nobody came for it.
    good();
    const back = h.accepted("reader", { present: true });
    bad("lost");
    h.taken(back, message);
    good();
    const fresh = h.accepted("reader", { clean: true });
    h.add({ type: "closed", connection: back });
    h.subscribed(fresh, "a");
    h.published(sender, "a");
    h.cut(fresh);
    good();
  });

  it("is lost if a later one arrived, though the session has ended since", () => {
    const clean = h.accepted("clean", { clean: true });
    h.subscribed(clean, "a");
    h.published(sender, "a");
    h.taken(clean, h.published(sender, "a"));
    h.cut(clean);
    bad("lost");
  });

  it("is owed by the order of one connection, before SUBSCRIBE is answered", () => {
    const request = h.subscribe(reader, { filter: "a", qos: 1 });
    h.published(reader, "a");
    h.answer(reader, "suback", request, [1]);
    bad("lost");
  });

  it("comes at the highest QoS of the subscriptions [MQTT-3.3.5-1]", () => {
    h.subscribed(reader, "a/b", 0);
    h.subscribed(reader, "a/#", 1);
    const message = h.published(sender, "a/b", 2);
    h.taken(reader, message, { qos: 0 });
    bad("QoS");
    h.taken(reader, message, { qos: 1 });
    good({ overlapping: "each" });
    bad("repeated");
  });

  it("survives the broker", () => {
    h.subscribed(reader, "a");
    const message = h.published(sender, "a");
    h.killed(sender, reader);
    const back = h.accepted("reader", { present: true });
    bad("lost");
    h.taken(back, message);
    good();
  });

  it("number before wait: a QoS 1 message that was overtaken by one of QoS 0 is dropped", () => {
    // As seen on d2a4c22, issue 14: it is numbered, waits for the disk, and is then a duplicate.
    h.subscribed(reader, "a");
    const message = h.message("a");
    const at = h.publish(sender, message);
    h.taken(reader, h.published(sender, "a", 0));
    h.acknowledge(sender, message, at);
    bad("lost");
  });
});

describe("what arrives", () => {
  it("was sent, and on that topic", () => {
    h.subscribed(reader, "#", 0);
    h.taken(reader, h.message("a", 0));
    bad("invented");
    const message = h.published(sender, "b", 0);
    h.taken(reader, { ...message, topic: "a" });
    expectRules(["invented", "invented"]);
  });

  it("was asked for", () => {
    h.subscribed(reader, "a");
    h.taken(reader, h.published(sender, "b"));
    bad("not subscribed");
  });

  it("is no longer asked for after UNSUBACK, or in a new session", () => {
    h.subscribed(reader, "a");
    h.unsubscribed(reader, "a");
    const message = h.published(sender, "a");
    h.taken(reader, message);
    bad("not subscribed");
  });

  it("is not what was published before the subscription on the same connection", () => {
    const message = h.message("a");
    const at = h.publish(reader, message);
    const request = h.subscribe(reader, { filter: "a", qos: 1 });
    h.acknowledge(reader, message, at);
    h.answer(reader, "suback", request, [1]);
    h.taken(reader, message);
    bad("not subscribed");
  });

  it("comes at no other QoS than was asked for", () => {
    h.subscribed(reader, "a", 1);
    h.taken(reader, h.published(sender, "a", 2));
    bad("QoS");
  });

  it.each([0, 1, 2] as const)("comes once (QoS %i)", (qos) => {
    h.subscribed(reader, "a", qos);
    const message = h.published(sender, "a", qos);
    h.taken(reader, message);
    h.taken(reader, message);
    bad("repeated");
  });

  it("comes once for each of overlapping subscriptions at most", () => {
    h.subscribed(reader, "a/b");
    h.subscribed(reader, "a/#");
    const message = h.published(sender, "a/b");
    h.taken(reader, message);
    h.taken(reader, message);
    good({ overlapping: "each" });
    h.taken(reader, message);
    bad("repeated", { overlapping: "each" });
  });

  it("comes again at QoS 1 if its publisher sends it again, and not at QoS 2", () => {
    h.subscribed(reader, "#", 2);
    const [one, two] = [h.message("a", 1), h.message("b", 2)];
    const places = [h.publish(sender, one), h.publish(sender, two)];
    h.taken(reader, one);
    h.cut(sender);
    const back = h.accepted("sender", { present: true });
    const again = [h.publish(back, one, places[0]), h.publish(back, two, places[1])];
    h.taken(reader, one);
    h.acknowledge(back, one, again[0] ?? 0);
    h.acknowledge(back, two, again[1] ?? 0);
    h.taken(reader, two);
    good();
    h.taken(reader, two);
    bad("repeated");
  });

  it("is not a packet that nothing asked for", () => {
    h.add({ type: "stray", connection: reader, packet: "puback 7" });
    bad("invented");
  });
});

describe("what is sent again", () => {
  it.each([1, 2] as const)("is so on a new connection, with DUP (QoS %i)", (qos) => {
    h.subscribed(reader, "a", qos);
    const message = h.published(sender, "a", qos);
    const id = h.received(reader, message);
    h.cut(reader);
    const back = h.accepted("reader", { present: true });
    h.taken(back, message, { id, dup: true });
    good();
  });

  it("carries DUP [MQTT-3.3.1-1]", () => {
    h.subscribed(reader, "a");
    const message = h.published(sender, "a");
    const id = h.received(reader, message);
    h.cut(reader);
    h.taken(h.accepted("reader", { present: true }), message, { id });
    bad("DUP");
  });

  it("was sent before, if it carries DUP [MQTT-3.3.1-3]", () => {
    h.subscribed(reader, "a");
    h.taken(reader, h.published(sender, "a"), { dup: true });
    bad("DUP");
  });

  it("is not sent again on the same connection [MQTT-4.4.0-1]", () => {
    h.subscribed(reader, "a");
    const message = h.published(sender, "a");
    const id = h.received(reader, message);
    h.taken(reader, message, { id });
    bad("repeated");
  });

  it("is not what was acknowledged, as later answers show", () => {
    h.subscribed(reader, "a");
    const message = h.published(sender, "a");
    const id = h.received(reader, message);
    h.confirmed(reader, id);
    h.pinged(reader);
    h.cut(reader);
    h.taken(h.accepted("reader", { present: true }), message, { id, dup: true });
    bad("repeated");
  });

  it("may be what was acknowledged to a broker that was killed, at QoS 1", () => {
    h.subscribed(reader, "#", 2);
    const one = h.published(sender, "a", 1);
    const two = h.published(sender, "a", 2);
    const id = h.received(reader, one);
    h.confirmed(reader, id);
    h.taken(reader, two, { id: 70 });
    h.pinged(reader);
    h.killed(sender, reader);
    const back = h.accepted("reader", { present: true });
    h.taken(back, one, { id, dup: true });
    good();
    h.taken(back, two, { id: 70, dup: true });
    bad("repeated");
  });

  it("keeps its packet id from others [MQTT-2.3.1-4]", () => {
    h.subscribed(reader, "a");
    const id = h.received(reader, h.published(sender, "a"));
    const other = h.published(sender, "a");
    h.taken(reader, other, { id });
    bad("packet id");
  });

  it.each([1, 2] as const)("keeps it if the broker is killed, or may lose it (QoS %i)", (qos) => {
    h.subscribed(reader, "#", 2);
    const [one, other] = [h.published(sender, "a", qos), h.published(sender, "b", qos)];
    h.received(reader, one, { id: 7 });
    h.killed(sender, reader);
    const back = h.accepted("reader", { present: true });
    h.taken(back, other, { id: 7 });
    h.taken(back, one, { id: 8 });
    if (qos === 1) good();
    else expectRules(["packet id", "repeated"]);
  });
});

describe("the order of one publisher's messages on one topic", () => {
  it("is kept", () => {
    h.subscribed(reader, "a");
    const first = h.published(sender, "a");
    const second = h.published(sender, "a");
    h.taken(reader, second);
    h.taken(reader, first);
    bad("order");
  });

  it("is not one between publishers, topics, or QoS", () => {
    h.subscribed(reader, "#", 2);
    const other = h.accepted("other");
    const messages = [
      h.published(sender, "a"),
      h.published(sender, "a", 2),
      h.published(sender, "b"),
      h.published(other, "b"),
    ];
    for (const message of messages.reverse()) h.taken(reader, message);
    good();
  });

  it("is that of first arrivals", () => {
    h.subscribed(reader, "a");
    const [first, second] = [h.published(sender, "a"), h.published(sender, "a")];
    const ids = [h.received(reader, first), h.received(reader, second)];
    h.cut(reader);
    const back = h.accepted("reader", { present: true });
    h.taken(back, first, { id: ids[0], dup: true });
    h.taken(back, second, { id: ids[1], dup: true });
    good();
  });
});

describe("what a new subscription gets", () => {
  it("is the retained message", () => {
    const message = h.published(sender, "a", 1, true);
    h.subscribed(reader, "+");
    bad("retained");
    h.taken(reader, message, { retain: true });
    good();
  });

  it("is not one that was replaced before", () => {
    const old = h.published(sender, "a", 1, true);
    h.published(sender, "a", 1, true);
    h.subscribed(reader, "a");
    h.taken(reader, old, { retain: true });
    bad("retained");
  });

  it("is either of two that are under way", () => {
    const old = h.published(sender, "a", 1, true);
    const next = h.message("a", 1, true);
    const at = h.publish(sender, next);
    h.subscribed(reader, "a");
    h.taken(reader, old, { retain: true });
    h.taken(reader, next);
    h.acknowledge(sender, next, at);
    good();
  });

  it("is nothing once it was cleared, or may be", () => {
    h.published(sender, "a", 1, true);
    const clear = { ...h.message("a", 1, true), payload: "" };
    const at = h.publish(sender, clear);
    h.subscribed(reader, "a");
    h.acknowledge(sender, clear, at);
    good();
    h.subscribed(reader, "a");
    good();
  });

  it("is not what was published to be passed on only", () => {
    const message = h.published(sender, "a");
    h.subscribed(reader, "a");
    h.taken(reader, message, { retain: true });
    bad("retained");
  });

  it("is marked as retained, and what it gets later is not [MQTT-3.3.1-8, -9]", () => {
    h.subscribed(reader, "b");
    h.taken(reader, h.published(sender, "a", 1, true), { retain: true });
    bad("not subscribed");
  });

  it("comes once for each subscription", () => {
    const message = h.published(sender, "a", 1, true);
    h.subscribed(reader, "a");
    h.taken(reader, message, { retain: true });
    h.subscribed(reader, "a");
    h.taken(reader, message, { retain: true });
    good();
    h.taken(reader, message, { retain: true });
    bad("repeated");
  });
});

describe("a will", () => {
  beforeEach(() => h.subscribed(reader, "will"));

  const dies = (clean = false) => {
    const will = h.message("will");
    return { will, client: h.accepted("dies", { will, clean }) };
  };

  it("is published when the connection breaks", () => {
    const { will, client } = dies();
    h.cut(client);
    bad("lost");
    h.taken(reader, will);
    good();
    h.taken(reader, will);
    bad("repeated");
  });

  it("is not published before, or after DISCONNECT", () => {
    const { will, client } = dies();
    h.taken(reader, will);
    bad("will");
    h.disconnected(client);
    bad("will");
  });

  it("is published when the connection is taken over, if the broker does that", () => {
    const { client } = dies();
    h.accepted("dies", { present: true });
    h.add({ type: "closed", connection: client });
    bad("lost");
    good({ willAtTakeOver: false });
  });

  it("is published after the broker was killed, if the broker does that", () => {
    const { client } = dies();
    h.killed(client, sender, reader);
    h.accepted("reader", { present: true });
    bad("lost");
    good({ willAfterKill: false });
  });

  it("may be published if the broker was killed and cannot have read the DISCONNECT", () => {
    const { will, client } = dies();
    h.add({ type: "disconnect", connection: client });
    h.killed(client, sender, reader);
    h.taken(h.accepted("reader", { present: true }), will);
    good();
  });
});

describe("connections and sessions", () => {
  it("are not ended by the broker", () => {
    h.add({ type: "closed", connection: reader });
    bad("connection");
  });

  it("may open, and end, while the broker dies", () => {
    h.add({ type: "kill" });
    const late = h.connect("late", true);
    h.add({ type: "closed", connection: late });
    h.add({ type: "gone" });
    good();
    h.add({ type: "closed", connection: h.connect("late", true) });
    bad("connection");
  });

  it("are ended if another one comes with the client's id [MQTT-3.1.4-2]", () => {
    h.accepted("reader", { present: true });
    bad("connection");
    h.add({ type: "closed", connection: reader });
    good();
  });

  it("are present if they were kept [MQTT-3.2.2-1, -2]", () => {
    h.cut(reader);
    h.cut(h.accepted("reader"));
    bad("session present");
  });

  it("are not present after a clean one, or at first", () => {
    h.cut(reader);
    h.cut(h.accepted("reader", { clean: true }));
    h.accepted("reader", { present: true });
    bad("session present");
  });

  it("have every request answered", () => {
    h.publish(sender, h.message("a"));
    bad("unanswered");
    h.cut(sender);
    good();
  });
});
