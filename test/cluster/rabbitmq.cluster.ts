import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { holds, startServers } from "../support/cluster-history/holds";
import type { ServersUnderTest } from "../support/cluster-history/run";
import { Fleet } from "../support/fleet";
import { historySeeds } from "../support/history-seeds";
import { NightlightProcess } from "../support/process";
import { RabbitCluster } from "../support/rabbitmq";
import { Random } from "../support/random";
import { commandsOf, untilEachOwnsItsShard } from "../support/server-facts";
import { until } from "../support/until";

/** Both parts of this file use the same nodes, because starting them takes a minute. */
const SIZE = 3;
/** The nodes configured for each server, in order of preference. Devices are on node 1. */
const NODES = [
  [2, 3, 1],
  [3, 1, 2],
  [2, 1, 3],
];
const SEED = 20261123;

let rabbit: RabbitCluster;

beforeAll(async () => {
  rabbit = await RabbitCluster.start(SIZE);
});

afterAll(async () => {
  await rabbit.stop();
});

describe("three servers on three RabbitMQ nodes, one of which is killed and comes back", () => {
  let servers: ServersUnderTest;

  beforeAll(async () => {
    servers = await startServers(rabbit.mqttPorts);
  });

  afterAll(async () => {
    await servers.stop();
  });

  it.each(historySeeds(3))("decide every reading, and none too late (seed %i)", async (seed) => {
    const node = 1 + (seed % SIZE);
    await holds(servers, seed, async () => {
      await rabbit.kill(node);
      await rabbit.restart(node);
    });
  });
});

describe("three RabbitMQ nodes, one of which is killed", () => {
  let fleet: Fleet;
  const servers: NightlightProcess[] = [];
  /** Functions to call at the end, which stop the servers and devices. */
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    await rabbit.forget("fleet");
    for (const [at, nodes] of NODES.entries()) {
      const urls = nodes.map((node) => rabbit.url(node)).join();
      const flags = ["--broker", urls, "--no-device", "--shard", `${at + 1}/${NODES.length}`];
      const server = await NightlightProcess.start(flags);
      ends.push(() => server.kill());
      servers.push(server);
    }
    const ids = (kind: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${kind}-${i + 1}`);
    fleet = await Fleet.connect(
      rabbit.url(1),
      { counting: ids("device", 21), lesson: ids("lesson", 9) },
      new Random(SEED),
    );
    ends.push(() => fleet.stop());
  });

  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  it("share the devices of one node among servers on the others", async () => {
    await untilEachOwnsItsShard(servers);
    await fleet.report(10);
    await fleet.untilRight();
    for (const server of servers) expect(await commandsOf(server)).toBeGreaterThan(0);
  });

  it("leave nothing undecided when a node with two of the servers is killed", async () => {
    let loaded = false;
    const load = fleet.report(60).then(() => (loaded = true));
    const [first] = servers;
    if (!first) throw new Error("no servers");
    const before = await commandsOf(first);
    await until("the load is on", async () => (await commandsOf(first)) > before + 10);
    await rabbit.kill(2);
    expect(loaded).toBe(false);
    await load;
    // No reading follows this one, so only the takeover can decide it.
    await fleet.change();
    await fleet.untilRight();
  });

  it("share the devices again once the servers have found other nodes", async () => {
    for (const at of [0, 2])
      await until(
        "it has found another node",
        () => servers[at]?.output.includes("Connected again to") ?? false,
      );
    await untilEachOwnsItsShard(servers);
    const before = await Promise.all(servers.map(commandsOf));
    await fleet.report(10);
    await fleet.untilRight();
    for (const [at, server] of servers.entries())
      expect(await commandsOf(server)).toBeGreaterThan(before[at] ?? NaN);
  });
});
