import { afterAll, beforeAll, describe, it } from "vitest";
import { BrokerProcess } from "../support/history/broker-process";
import { EACH_SEED, holds } from "../support/history/holds";
import type { Rules } from "../support/history/rules";
import { NightlightProcess } from "../support/process";

/** Of overlapping subscriptions it sends one copy, and it keeps what it acknowledged. */
const EMBEDDED: Rules = {
  overlapping: "one",
  willAtTakeOver: true,
  survivesKill: true,
  willAfterKill: true,
};

describe("what clients see of the embedded broker at random", () => {
  let nightlight: NightlightProcess;

  beforeAll(async () => {
    nightlight = await NightlightProcess.start(["--no-device"]);
  });

  afterAll(() => nightlight.kill());

  it.each(EACH_SEED)("keeps to the rules (seed %i)", (seed) =>
    holds({ port: nightlight.mqttPort, rules: EMBEDDED }, seed),
  );
});

describe("what clients see of the embedded broker that is killed, and keeps its data", () => {
  let broker: BrokerProcess;

  beforeAll(async () => {
    broker = await BrokerProcess.start();
  });

  afterAll(() => broker.stop());

  it.each(EACH_SEED)("keeps to the rules (seed %i)", (seed) => {
    const kill = () => broker.kill();
    const start = () => broker.restart();
    return holds({ port: broker.port, rules: EMBEDDED, kill, start }, seed, 1);
  });
});
