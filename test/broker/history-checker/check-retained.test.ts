import { beforeEach, describe, it } from "vitest";
import { bad, begin, good, h, reader, sender } from "../../support/history/judged";

beforeEach(begin);

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
