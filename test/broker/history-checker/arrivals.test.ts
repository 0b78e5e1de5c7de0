import { beforeEach, describe, it } from "vitest";
import { bad, begin, expectRules, good, h, reader, sender } from "../../support/history/judged";

beforeEach(begin);

describe("each received message", () => {
  it("was sent, and on that topic", () => {
    h.subscribed(reader, "#", 0);
    h.taken(reader, h.message("a", 0));
    bad("invented");
    const message = h.published(sender, "b", 0);
    h.taken(reader, { ...message, topic: "a" });
    expectRules(["invented", "invented"]);
  });

  it("was subscribed to", () => {
    h.subscribed(reader, "a");
    h.taken(reader, h.published(sender, "b"));
    bad("not subscribed");
  });

  it("is not accepted after UNSUBACK, or in a new session", () => {
    h.subscribed(reader, "a");
    h.unsubscribed(reader, "a");
    const message = h.published(sender, "a");
    h.taken(reader, message);
    bad("not subscribed");
  });

  it("was not published before the subscription on the same connection", () => {
    const message = h.message("a");
    const at = h.publish(reader, message);
    const request = h.subscribe(reader, { filter: "a", qos: 1 });
    h.acknowledge(reader, message, at);
    h.answer(reader, "suback", request, [1]);
    h.taken(reader, message);
    bad("not subscribed");
  });

  it("has a QoS that was requested", () => {
    h.subscribed(reader, "a", 1);
    h.taken(reader, h.published(sender, "a", 2));
    bad("QoS");
  });

  it.each([0, 1, 2] as const)("arrives once (QoS %i)", (qos) => {
    h.subscribed(reader, "a", qos);
    const message = h.published(sender, "a", qos);
    h.taken(reader, message);
    h.taken(reader, message);
    bad("repeated");
  });

  it("arrives at most once for each of overlapping subscriptions", () => {
    h.subscribed(reader, "a/b");
    h.subscribed(reader, "a/#");
    const message = h.published(sender, "a/b");
    h.taken(reader, message);
    h.taken(reader, message);
    good({ overlapping: "each" });
    h.taken(reader, message);
    bad("repeated", { overlapping: "each" });
  });

  it("may arrive again at QoS 1 if its publisher repeats it, but not at QoS 2", () => {
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

  it("answers a request, if it is another packet", () => {
    h.add({ type: "stray", connection: reader, packet: "puback 7" });
    bad("invented");
  });
});
