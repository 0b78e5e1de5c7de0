import { describe, expect, it } from "vitest";
import { TopicTree } from "../../server/broker/topic-tree";
import { matches } from "../../src/mqtt/topic";
import { Random } from "../support/random";

const LEVELS = ["a", "b", "", "$x", "+", "#"];

describe("the tree of subscriptions", () => {
  it("finds each subscriber with a matching filter once, with the highest QoS", () => {
    const random = new Random(20_261_128);
    const tree = new TopicTree<string>();
    const filters = new Map<string, Map<string, 0 | 1 | 2>>();
    for (let round = 0; round < 3_000; round++) {
      const who = `s${random.below(5)}`;
      const filter = randomFilter(random);
      const own = filters.get(who) ?? new Map<string, 0 | 1 | 2>();
      filters.set(who, own);
      if (random.below(3) === 0) {
        tree.delete(filter, who);
        own.delete(filter);
      } else {
        const qos = random.below(3) as 0 | 1 | 2;
        tree.set(filter, who, qos);
        own.set(filter, qos);
      }
      const topic = randomFilter(random).replace(/[+#]/g, "b");
      const expected = new Map<string, number>();
      for (const [subscriber, theirs] of filters)
        for (const [theirFilter, qos] of theirs)
          if (matches(theirFilter, topic))
            expected.set(subscriber, Math.max(qos, expected.get(subscriber) ?? 0));
      const found = [...tree.match(topic)].sort();
      expect({ topic, found }).toEqual({ topic, found: [...expected].sort() });
    }
  });

  it("keeps nothing of removed filters", () => {
    const tree = new TopicTree<string>();
    for (const filter of ["a/+/b", "a/#", "#", "a/b"]) tree.set(filter, "s", 1);
    for (const filter of ["a/+/b", "a/#", "#", "a/b"]) tree.delete(filter, "s");
    expect(tree).toEqual(new TopicTree<string>());
  });
});

function randomFilter(random: Random): string {
  const levels: string[] = [];
  for (let depth = 1 + random.below(4); depth > 0; depth--) {
    const level = random.pick(LEVELS);
    levels.push(level);
    if (level === "#") break;
  }
  return levels.join("/") || "a";
}
