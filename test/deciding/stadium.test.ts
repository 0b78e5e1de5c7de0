import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GroupView } from "../../src/common/api";
import { startDevice, type TestDevice } from "../support/device";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const MEMBERS = ["north", "east", "south", "west", "roof"];

/**
 * The lesson's stadium: lesson sensors around the field, and the nightlight's firmware on one mast.
 */
describe("a stadium", () => {
  let server: Started;
  let mast: TestDevice;
  let sensors: Witness;

  beforeAll(async () => {
    const stadium = {
      id: "stadium",
      members: MEMBERS,
      lights: ["mast-1", "mast-2"],
      decide: "majority" as const,
      validMs: 3_000,
    };
    server = await startNightlight({ simulate: false }, { groups: [stadium] });
    sensors = await Witness.connect(server.brokerUrl, "mast-2/commands");
    mast = await startDevice("mast-1", server.brokerUrl);
  });

  afterAll(async () => {
    await mast.device.stop();
    await sensors.stop();
    await server.stop();
  });

  async function group(): Promise<GroupView | undefined> {
    const response = await fetch(`${server.url}/api/groups`);
    return ((await response.json()) as GroupView[])[0];
  }

  async function sense(id: string, light: number): Promise<void> {
    const sentMs = Date.now();
    await sensors.publish(`${id}/telemetry`, JSON.stringify({ light }));
    await until("heard", async () => {
      const device = await server.device(id);
      return device?.light === light && Date.parse(device.lastSeen ?? "") >= sentMs;
    });
  }

  it("does not switch its lights because a bird sits on one sensor", async () => {
    for (const id of MEMBERS) await sense(id, 900);
    await until("it is light", async () => (await group())?.on === false);
    const from = sensors.seen.length;
    for (const id of MEMBERS) await sense(id, id === "roof" ? 3 : 901);
    expect((await group())?.on).toBe(false);
    expect(sensors.seen.slice(from).map(({ payload }) => payload)).toEqual([]);
    expect(mast.device.ledOn).toBe(false);
  });

  it("switches all lights at sunset, with this firmware and the lesson's", async () => {
    for (const id of MEMBERS) await sense(id, 100);
    await until("the mast is lit", () => mast.device.ledOn);
    await sensors.untilSeen("mast-2/commands", /^\{"led_on":true\}$/);
    // The mast's own sensor sees daylight, but decides nothing.
    mast.device.lightRaw = 1000;
    const heard = async () => (await server.device("mast-1"))?.light === 1000;
    await until("its reading came", heard);
    expect(mast.device.ledOn).toBe(true);
  });

  it("shows silent members as lost, and is not affected by them", async () => {
    const lost = ["south", "west", "roof"];
    await until("three are lost", async () => {
      for (const id of ["north", "east"]) await sense(id, 102);
      const members = (await group())?.members ?? [];
      return lost.every((id) => members.some((m) => m.id === id && m.value === null));
    });
    for (const id of ["north", "east"]) await sense(id, 950);
    expect((await group())?.on).toBe(true);
    expect(mast.device.ledOn).toBe(true);
  });

  it("sends the decision to a light that was restarted", async () => {
    await mast.device.stop();
    mast = await startDevice("mast-1", server.brokerUrl);
    await until("lit again", () => mast.device.ledOn);
  });
});
