import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check } from "../support/history/check";
import { EACH_SEED, holds, SIZE } from "../support/history/holds";
import { type Lie, LyingBroker } from "../support/history/lying-broker";
import type { Rule, Rules } from "../support/history/rules";
import { record } from "../support/history/run";
import { Mosquitto } from "../support/mosquitto";

/**
 * By default, Mosquitto sends one copy for overlapping subscriptions, at the QoS of any of them.
 * The tests configure it to send a copy for each. On takeover, it does not publish the will of a
 * persistent session.
 */
const MOSQUITTO: Rules = {
  overlapping: "each",
  willAtTakeOver: false,
  survivesKill: false,
  willAfterKill: false,
};
const FAIR = "allow_anonymous true\nallow_duplicate_messages true\n";

describe("random traffic at Mosquitto", () => {
  let mosquitto: Mosquitto;

  beforeAll(async () => {
    mosquitto = await Mosquitto.start(FAIR);
  });

  afterAll(() => mosquitto.stop());

  it.each(EACH_SEED)("follows the rules (seed %i)", (seed) =>
    holds({ port: mosquitto.port, rules: MOSQUITTO }, seed),
  );

  /** For each lie, one of the rules that the checker must report as violated. */
  it.each<[Lie, Rule]>([
    ["drops", "lost"],
    ["forgets messages", "lost"],
    ["forgets subscriptions", "lost"],
    ["swaps", "order"],
    ["doubles", "repeated"],
    ["hides DUP", "DUP"],
    ["answers with old", "retained"],
    ["mixes topics", "invented"],
    ["lowers QoS", "QoS"],
    ["ignores DISCONNECT", "will"],
  ])("shows that a broker %s: %s", async (lie, rule) => {
    const liar = await LyingBroker.start(mosquitto.port, lie, 1);
    try {
      const found = new Set<Rule>();
      // A lie may do no harm with one seed, because the affected message is chosen at random. So
      // several seeds are tried.
      for (let seed = 1001; seed <= 1010 && !found.has(rule); seed++) {
        const target = { port: liar.port, rules: MOSQUITTO };
        const history = await record(target, { ...SIZE, seed, quietMs: 200 });
        for (const violation of check(history, MOSQUITTO)) found.add(violation.rule);
      }
      expect(found).toContain(rule);
    } finally {
      await liar.stop();
    }
  });
});
