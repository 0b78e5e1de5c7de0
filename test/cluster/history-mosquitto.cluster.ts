import { afterAll, beforeAll, describe, it } from "vitest";
import { holds, startServers } from "../support/cluster-history/holds";
import type { ServersUnderTest } from "../support/cluster-history/run";
import { historySeeds } from "../support/history-seeds";
import { Mosquitto } from "../support/mosquitto";

describe("three servers on Mosquitto that are killed, stopped, paused and disconnected", () => {
  let mosquitto: Mosquitto;
  let servers: ServersUnderTest;

  beforeAll(async () => {
    mosquitto = await Mosquitto.start();
    servers = await startServers([mosquitto.port]);
  });

  afterAll(async () => {
    await servers.stop();
    await mosquitto.stop();
  });

  it.each(historySeeds(10))("decide every reading, and none too late (seed %i)", async (seed) => {
    await holds(servers, seed);
  });
});
