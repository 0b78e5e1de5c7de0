import { beforeEach, describe, it } from "vitest";
import { bad, begin, good, h, reader, sender } from "../../support/history/judged";

beforeEach(begin);

describe("an acknowledged message", () => {
  it.each([1, 2] as const)("arrives (QoS %i)", (qos) => {
    h.subscribed(reader, "a/+", 2);
    const message = h.published(sender, "a/b", qos);
    bad("lost");
    h.taken(reader, message);
    good();
  });

  it("may be lost at QoS 0, or if the subscription may be lost", () => {
    h.subscribed(reader, "a", 0);
    h.published(sender, "a");
    h.subscribed(reader, "b");
    h.published(sender, "b", 0);
    good();
  });

  it("must reach sessions subscribed from before it was sent until it was acknowledged", () => {
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

  it("must arrive even while a subscription is replaced", () => {
    h.subscribed(reader, "a", 2);
    const again = h.subscribe(reader, { filter: "a", qos: 1 });
    const message = h.published(sender, "a", 2);
    h.answer(reader, "suback", again, [1]);
    bad("lost");
    h.taken(reader, message, { qos: 1 });
    good();
  });

  it("waits in a persistent session, and is dropped with a clean one", () => {
    h.subscribed(reader, "a");
    h.cut(reader);
    const message = h.published(sender, "a");
    // No client has connected yet to receive the message, so nothing is lost.
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

  it("is lost if a later message arrived, even if the session has ended since", () => {
    const clean = h.accepted("clean", { clean: true });
    h.subscribed(clean, "a");
    h.published(sender, "a");
    h.taken(clean, h.published(sender, "a"));
    h.cut(clean);
    bad("lost");
  });

  it("must arrive by the order of one connection, before SUBSCRIBE is answered", () => {
    const request = h.subscribe(reader, { filter: "a", qos: 1 });
    h.published(reader, "a");
    h.answer(reader, "suback", request, [1]);
    bad("lost");
  });

  it("arrives at the highest QoS of the subscriptions [MQTT-3.3.5-1]", () => {
    h.subscribed(reader, "a/b", 0);
    h.subscribed(reader, "a/#", 1);
    const message = h.published(sender, "a/b", 2);
    h.taken(reader, message, { qos: 0 });
    bad("QoS");
    h.taken(reader, message, { qos: 1 });
    good({ overlapping: "each" });
    bad("repeated");
  });

  it("survives a kill of the broker", () => {
    h.subscribed(reader, "a");
    const message = h.published(sender, "a");
    h.killed(sender, reader);
    const back = h.accepted("reader", { present: true });
    bad("lost");
    h.taken(back, message);
    good();
  });

  it("is lost if it is dropped because a QoS 0 message has overtaken it", () => {
    // Observed at d2a4c22, issue 14: the message gets its number, waits for the disk, and then
    // counts as a duplicate.
    h.subscribed(reader, "a");
    const message = h.message("a");
    const at = h.publish(sender, message);
    h.taken(reader, h.published(sender, "a", 0));
    h.acknowledge(sender, message, at);
    bad("lost");
  });
});
