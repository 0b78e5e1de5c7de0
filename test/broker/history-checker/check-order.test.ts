import { beforeEach, describe, it } from "vitest";
import { bad, begin, good, h, reader, sender } from "../../support/history/judged";

beforeEach(begin);

describe("the order of one publisher's messages on one topic", () => {
  it("is kept", () => {
    h.subscribed(reader, "a");
    const first = h.published(sender, "a");
    const second = h.published(sender, "a");
    h.taken(reader, second);
    h.taken(reader, first);
    bad("order");
  });

  it("does not apply between publishers, topics, or QoS", () => {
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

  it("is judged by first arrivals", () => {
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
