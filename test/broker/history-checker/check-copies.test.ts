import { beforeEach, describe, it } from "vitest";
import { bad, begin, expectRules, good, h, reader, sender } from "../../support/history/judged";

beforeEach(begin);

describe("a repeated message", () => {
  it.each([1, 2] as const)("comes on a new connection, with DUP (QoS %i)", (qos) => {
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

  it("does not come on the same connection [MQTT-4.4.0-1]", () => {
    h.subscribed(reader, "a");
    const message = h.published(sender, "a");
    const id = h.received(reader, message);
    h.taken(reader, message, { id });
    bad("repeated");
  });

  it("was not acknowledged, as far as later answers show", () => {
    h.subscribed(reader, "a");
    const message = h.published(sender, "a");
    const id = h.received(reader, message);
    h.confirmed(reader, id);
    h.pinged(reader);
    h.cut(reader);
    h.taken(h.accepted("reader", { present: true }), message, { id, dup: true });
    bad("repeated");
  });

  it("may have been acknowledged at QoS 1 to a broker that was then killed", () => {
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

  it("has a packet id that no other message uses [MQTT-2.3.1-4]", () => {
    h.subscribed(reader, "a");
    const id = h.received(reader, h.published(sender, "a"));
    const other = h.published(sender, "a");
    h.taken(reader, other, { id });
    bad("packet id");
  });

  it.each([1, 2] as const)(
    "keeps its id if the broker is killed, or may lose it (QoS %i)",
    (qos) => {
      h.subscribed(reader, "#", 2);
      const [one, other] = [h.published(sender, "a", qos), h.published(sender, "b", qos)];
      h.received(reader, one, { id: 7 });
      h.killed(sender, reader);
      const back = h.accepted("reader", { present: true });
      h.taken(back, other, { id: 7 });
      h.taken(back, one, { id: 8 });
      if (qos === 1) good();
      else expectRules(["packet id", "repeated"]);
    },
  );
});
