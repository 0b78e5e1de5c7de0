import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BrokerProcess } from "../support/history/broker-process";
import { check } from "../support/history/check";
import { EACH_SEED, holds, SIZE } from "../support/history/holds";
import type { Rule, Rules } from "../support/history/rules";
import { record, type Target } from "../support/history/run";
import { NightlightProcess } from "../support/process";

/**
 * The embedded broker sends one copy for overlapping subscriptions, and keeps acknowledged
 * messages.
 */
const EMBEDDED: Rules = {
  overlapping: "one",
  willAtTakeOver: true,
  survivesKill: true,
  willAfterKill: true,
};

/** Number of times that the broker is killed for each seed. */
const KILLS = 1;

function killed(broker: BrokerProcess): Target {
  const kill = () => broker.kill();
  const start = () => broker.restart();
  return { port: broker.port, rules: EMBEDDED, kill, start };
}

describe("random traffic at the embedded broker", () => {
  let nightlight: NightlightProcess;

  beforeAll(async () => {
    nightlight = await NightlightProcess.start(["--no-device"]);
  });

  afterAll(() => nightlight.kill());

  it.each(EACH_SEED)("follows the rules (seed %i)", (seed) =>
    holds({ port: nightlight.mqttPort, rules: EMBEDDED }, seed),
  );
});

describe("random traffic at the embedded broker, killed with its data on disk", () => {
  let broker: BrokerProcess;

  beforeAll(async () => {
    broker = await BrokerProcess.start(true);
  });

  afterAll(() => broker.stop());

  it.each(EACH_SEED)("follows the rules (seed %i)", (seed) => holds(killed(broker), seed, KILLS));
});

describe("random traffic at the embedded broker, killed without a data folder", () => {
  let broker: BrokerProcess;

  beforeAll(async () => {
    broker = await BrokerProcess.start(false);
  });

  afterAll(() => broker.stop());

  it("violates the rules, so the tests above would show a loss", async () => {
    const found = new Set<Rule>();
    // A seed proves nothing if no client has a session or a message to lose.
    for (
      let seed = 1001;
      seed <= 1010 && !(found.has("lost") && found.has("session present"));
      seed++
    ) {
      const history = await record(killed(broker), { ...SIZE, seed, kills: KILLS, quietMs: 200 });
      for (const { rule } of check(history, EMBEDDED)) found.add(rule);
    }
    expect([...found]).toEqual(expect.arrayContaining(["lost", "session present"]));
  });
});
