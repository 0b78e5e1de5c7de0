import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServersUnderTest } from "../support/cluster-history/run";
import { Mosquitto } from "../support/mosquitto";

/** HISTORY_SEEDS=100 for a long run; HISTORY_FIRST_SEED to begin elsewhere. */
const SEEDS = Number(process.env["HISTORY_SEEDS"] ?? 10);
const FIRST = Number(process.env["HISTORY_FIRST_SEED"] ?? 1);
const EACH = Array.from({ length: SEEDS }, (_, i) => FIRST + i);
const SERVERS = 3;
const DEVICES = 30;

describe("three servers on Mosquitto that are killed, paused and cut off", () => {
  let mosquitto: Mosquitto;
  let servers: ServersUnderTest;

  beforeAll(async () => {
    mosquitto = await Mosquitto.start();
    servers = await ServersUnderTest.start([mosquitto.port], SERVERS, DEVICES);
  });

  afterAll(async () => {
    await servers.stop();
    await mosquitto.stop();
  });

  it.each(EACH)("decide everything, and nothing late (seed %i)", async (seed) => {
    const [first, ...others] = await servers.run(seed);
    if (!first) return;
    const again = `HISTORY_FIRST_SEED=${seed} HISTORY_SEEDS=1`;
    expect.fail(`${servers.excerpt(first)}\nand ${others.length} more; ${again}`);
  });
});
