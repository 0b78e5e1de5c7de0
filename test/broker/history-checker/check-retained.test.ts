import { beforeEach, describe, it } from "vitest";
import { bad, begin, good, h, reader, sender } from "../../support/history/judged";

beforeEach(begin);

describe("a new subscription", () => {
  it("receives the retained message", () => {
    const message = h.published(sender, "a", 1, true);
    h.subscribed(reader, "+");
    bad("retained");
    h.taken(reader, message, { retain: true });
    good();
  });

  it("does not receive one that was replaced before", () => {
    const old = h.published(sender, "a", 1, true);
    h.published(sender, "a", 1, true);
    h.subscribed(reader, "a");
    h.taken(reader, old, { retain: true });
    bad("retained");
  });

  it("may receive either of two in flight", () => {
    const old = h.published(sender, "a", 1, true);
    const next = h.message("a", 1, true);
    const at = h.publish(sender, next);
    h.subscribed(reader, "a");
    h.taken(reader, old, { retain: true });
    h.taken(reader, next);
    h.acknowledge(sender, next, at);
    good();
  });

  it("receives nothing if the topic was cleared, or may have been", () => {
    h.published(sender, "a", 1, true);
    const clear = { ...h.message("a", 1, true), payload: "" };
    const at = h.publish(sender, clear);
    h.subscribed(reader, "a");
    h.acknowledge(sender, clear, at);
    good();
    h.subscribed(reader, "a");
    good();
  });

  it("does not receive a message that was not to be retained", () => {
    const message = h.published(sender, "a");
    h.subscribed(reader, "a");
    h.taken(reader, message, { retain: true });
    bad("retained");
  });

  it("receives it marked as retained, and later messages without the mark [MQTT-3.3.1-8, -9]", () => {
    h.subscribed(reader, "b");
    h.taken(reader, h.published(sender, "a", 1, true), { retain: true });
    bad("not subscribed");
  });

  it("receives it once for each subscription", () => {
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
