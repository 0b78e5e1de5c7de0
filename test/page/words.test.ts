import { describe, expect, it } from "vitest";
import { loadConfig } from "../../server/config";
import { lastSeenWords, ledWords, ruleWords } from "../../server/page/words";

const { rule } = loadConfig();

describe("what the page says", () => {
  it.each<[number | null, string]>([
    [null, "not seen yet"],
    [1_000_000, "last seen just now"],
    [1_000_000 + 60_000, "last seen just now"],
    [1_000_000 - 12_400, "last seen 12 s ago"],
    [1_000_000 - 119_000, "last seen 1 min ago"],
    [1_000_000 - 7_200_000, "last seen 2 h ago"],
    [1_000_000 - 200_000_000, "last seen 2 d ago"],
  ])("when a device was seen at %s", (lastSeenMs, words) => {
    expect(lastSeenWords(lastSeenMs, 1_000_000)).toBe(words);
  });

  it("about the rule", () => {
    expect(ruleWords(rule)).toBe("LED on when light is below 300");
    expect(ruleWords({ ...rule, hysteresis: 20 })).toBe(
      "LED on when light is below 300, off again from 320",
    );
    expect(ruleWords({ ...rule, comparison: "above", hysteresis: 20 })).toBe(
      "LED on when light is above 300, off again up to 280",
    );
  });

  it("about the LED", () => {
    expect([true, false, null].map(ledWords)).toEqual(["LED on", "LED off", "LED unknown"]);
  });
});
