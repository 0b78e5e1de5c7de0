import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { shardOf } from "../../server/cluster/sharding";
import { loadConfig } from "../../server/setup/config";
import { FleetDevice } from "../support/fleet";
import { folderForAll } from "../support/folder";
import { Mosquitto } from "../support/mosquitto";
import { NightlightProcess } from "../support/process";
import { Random } from "../support/random";
import { commandsOf, runUndisturbed, untilEachOwnsItsShard } from "../support/server-facts";
import { until } from "../support/until";

const SERVERS = 2;
const GROUP = {
  id: "stadium",
  members: ["north", "east", "south"],
  lights: ["mast-1", "mast-2"],
  decide: "majority",
  validMs: 30_000,
};
const DARK = 100;
const LIGHT = 900;

const dir = folderForAll();
let mosquitto: Mosquitto;
const servers: NightlightProcess[] = [];
const sensors: FleetDevice[] = [];
const masts: FleetDevice[] = [];
/** Functions to call at the end, which stop the brokers, servers and devices. */
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  mosquitto = await Mosquitto.start();
  ends.push(() => mosquitto.stop());
  const config = join(dir, "stadium.json");
  writeFileSync(config, JSON.stringify({ ...loadConfig(), groups: [GROUP] }));
  for (let index = 1; index <= SERVERS; index++) {
    const place = ["--broker", mosquitto.url, "--shard", `${index}/${SERVERS}`];
    const server = await NightlightProcess.start(["--config", config, "--no-device", ...place]);
    ends.push(() => server.kill());
    servers.push(server);
  }
  const connect = async (id: string) => {
    const device = await FleetDevice.connect(mosquitto.url, id, "lesson", new Random(1));
    ends.push(() => device.client.endAsync(true));
    return device;
  };
  for (const id of GROUP.members) sensors.push(await connect(id));
  for (const id of GROUP.lights) masts.push(await connect(id));
  await untilEachOwnsItsShard(servers);
});

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const areAll = (on: boolean) => () =>
  masts.every(({ ledOn, commands }) => commands.length > 0 && ledOn === on);

it("one server decides for a group's sensors and lights, whatever their own shards are", async () => {
  const owner = servers[shardOf(GROUP.id, SERVERS) - 1];
  const other = servers.find((server) => server !== owner);
  if (!owner || !other) throw new Error("no servers");
  const told = () => masts.reduce((sum, { commands }) => sum + commands.length, 0);
  const counts = async () => [await commandsOf(other), (await commandsOf(owner)) - told()];
  let before: number[] = [];
  await runUndisturbed(servers, async () => {
    before = await counts();
    for (const sensor of sensors) await sensor.report(LIGHT);
    await until("the lights are off", areAll(false));
    for (const sensor of sensors) await sensor.report(DARK);
    await until("the lights are on", areAll(true));
  });
  expect(await counts()).toEqual(before);
});

it("when that server is killed, the next one decides on the readings of all sensors", async () => {
  const owner = servers[shardOf(GROUP.id, SERVERS) - 1];
  // One of the three sensors reports light, which is not a majority.
  await sensors[0]?.report(LIGHT);
  await owner?.kill("SIGKILL");
  await sensors[1]?.report(LIGHT);
  await until("the lights are off", areAll(false));
});
