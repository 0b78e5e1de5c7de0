import { afterAll, beforeAll, describe, it } from "vitest";
import { holds, startServers } from "../support/cluster-history/holds";
import type { ServersUnderTest } from "../support/cluster-history/run";
import { historySeeds } from "../support/history-seeds";
import { RabbitCluster } from "../support/rabbitmq";

const NODES = 3;

describe("three servers on three RabbitMQ nodes, one of which is killed and comes back", () => {
  let rabbit: RabbitCluster;
  let servers: ServersUnderTest;

  beforeAll(async () => {
    rabbit = await RabbitCluster.start(NODES);
    servers = await startServers(rabbit.mqttPorts);
  });

  afterAll(async () => {
    await servers.stop();
    await rabbit.stop();
  });

  it.each(historySeeds(3))("decide everything, and nothing late (seed %i)", async (seed) => {
    const node = 1 + (seed % NODES);
    await holds(servers, seed, async () => {
      await rabbit.kill(node);
      await rabbit.restart(node);
    });
  });
});
