import { afterAll, beforeAll, expect, it } from "vitest";
import { shardOf } from "../../server/cluster/sharding";
import { Fleet, type FleetDevice } from "../support/fleet";
import { Mosquitto } from "../support/mosquitto";
import { NightlightProcess } from "../support/process";
import { Random } from "../support/random";
import {
  commandsOf,
  runUndisturbed,
  shardsOf,
  untilEachOwnsItsShard,
} from "../support/server-facts";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const SERVERS = 3;
const SEED = 20261122;

let mosquitto: Mosquitto;
let fleet: Fleet;
let witness: Witness;
const servers: NightlightProcess[] = [];
/** Functions to call at the end, which stop the brokers, servers and devices. */
const ends: (() => Promise<void>)[] = [];

async function start(index: number): Promise<NightlightProcess> {
  const flags = ["--broker", mosquitto.url, "--no-device", "--shard", `${index}/${SERVERS}`];
  const server = await NightlightProcess.start(flags);
  ends.push(() => server.kill());
  return server;
}

const ofShard = (index: number) => (device: FleetDevice) => shardOf(device.id, SERVERS) === index;

function statuses(from = 0): string[] {
  return witness.seen
    .slice(from)
    .filter(({ topic }) => topic === "nightlight/server/status")
    .map(({ payload }) => payload);
}

beforeAll(async () => {
  mosquitto = await Mosquitto.start();
  ends.push(() => mosquitto.stop());
  witness = await Witness.connect(mosquitto.url, "nightlight/#");
  ends.push(() => witness.stop());
  for (let index = 1; index <= SERVERS; index++) servers.push(await start(index));
  const ids = (kind: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${kind}-${i + 1}`);
  fleet = await Fleet.connect(
    mosquitto.url,
    { counting: ids("device", 21), lesson: ids("lesson", 9) },
    new Random(SEED),
  );
  ends.push(() => fleet.stop());
});

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** Returns, for each server, the number of commands that it has sent to other servers' devices. */
async function sentToOthers(): Promise<number[]> {
  const sent = await Promise.all(servers.map(commandsOf));
  return sent.map((count, at) => {
    const own = fleet.devices.filter(ofShard(at + 1));
    return own.reduce((left, { commands }) => left - commands.length, count);
  });
}

it("each server decides for its own devices, and for no others", async () => {
  const answers = () => fleet.count("lesson", ({ commands }) => commands.length);
  let before: number[] = [];
  let after: number[] = [];
  let answered = 0;
  await runUndisturbed(servers, async () => {
    before = await sentToOthers();
    answered = -answers();
    await fleet.report(20);
    await fleet.untilRight();
    await until("the devices have all that was sent", async () => {
      after = await sentToOthers();
      return after.reduce((sum, count) => sum + count, 0) === 0;
    });
    answered += answers();
  });
  expect(after).toEqual(before);
  // Lesson devices get one answer to each reading.
  expect(answered).toBe(9 * 20);
});

it("when a server is killed under load, the next one decides its undecided readings", async () => {
  const [, second, third] = servers;
  if (!second || !third) throw new Error("no servers");
  let loaded = false;
  const load = fleet.report(200).then(() => (loaded = true));
  await until("the load is on", async () => (await commandsOf(second)) > 20);
  await second.kill("SIGKILL");
  expect(loaded).toBe(false);
  await load;
  // No reading follows this one, so only the takeover can decide it.
  await fleet.change();
  await fleet.untilRight();
  expect(shardsOf(third)).toBe("2, 3");
  expect(statuses().at(-1)).toBe("online");
});

it("a server that comes back gets its devices back", async () => {
  await servers[1]?.restart();
  await untilEachOwnsItsShard(servers);
  await fleet.change();
  await fleet.untilRight();
  for (const server of servers) expect(await commandsOf(server)).toBeGreaterThan(0);
});

it("a server that was absent for a moment has missed nothing", async () => {
  const [first] = servers;
  // The server is back before the other servers can have noticed its end.
  await first?.kill("SIGKILL");
  await fleet.change();
  await first?.restart();
  await fleet.untilRight();
});

it("a second server for the same shard ends with a line that says so, and does no harm", async () => {
  await untilEachOwnsItsShard(servers);
  const second = await start(2);
  await until("it ends", () => second.hasEnded);
  expect(second.output).toMatch(
    /^nightlight: --shard 2\/3: another server has this shard, since 20.*Z$/m,
  );
  await fleet.change();
  await fleet.untilRight();
});

it("the status becomes offline when the last server ends, and not before", async () => {
  const [first, second, third] = servers;
  await untilEachOwnsItsShard(servers);
  const from = witness.seen.length;
  await first?.kill("SIGTERM");
  await second?.kill("SIGTERM");
  await fleet.change();
  await fleet.untilRight();
  expect(statuses(from)).toEqual([]);
  await third?.kill("SIGTERM");
  await until("the last one says so", () => statuses(from).includes("offline"));
  expect(statuses(from)).not.toContain("online");
});
