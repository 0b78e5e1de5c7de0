import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Group } from "../../src/common/groups";
import { startDevice, type TestDevice } from "../support/device";
import { EmbeddedBroker } from "../support/embedded-broker";
import { metricsOf } from "../support/metrics";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const SENSOR = "sensor-1";
const LAMP = "lamp-1";
const GROUP: Group = {
  id: "porch",
  members: [SENSOR],
  lights: [LAMP],
  decide: "any",
  validMs: 30_000,
};

const BROKERS = { embedded: () => EmbeddedBroker.start(), Mosquitto: () => Mosquitto.start() };

/**
 * A lamp with the nightlight's firmware that is offline for a while. A sensor on another device
 * decides for it.
 */
describe.each(["embedded", "Mosquitto"] as const)(
  "commands through %s to an offline device",
  (name) => {
    let broker: EmbeddedBroker | Mosquitto;
    let server: Started;
    let lamp: TestDevice | undefined;
    let witness: Witness;

    beforeEach(async () => {
      broker = await BROKERS[name]();
      witness = await Witness.connect(broker.url);
    });

    afterEach(async () => {
      await lamp?.device.stop();
      lamp = undefined;
      await server.stop();
      await witness.stop();
      await broker.stop();
    });

    const start = (delivery: Record<string, "latest" | "ordered"> = {}, expiresMs = 60_000) =>
      startNightlight(
        { brokerUrl: broker.url, simulate: false },
        { groups: [GROUP], commands: { delivery, expiresMs } },
      );

    async function untilLampIs(on: boolean): Promise<void> {
      await until(`the lamp is ${on ? "on" : "off"}`, () => lamp?.device.ledOn === on);
    }

    async function connectLamp(): Promise<void> {
      const from = witness.seen.length;
      lamp = await startDevice(LAMP, broker.url);
      await witness.untilSeen(`${LAMP}/state`, /"led_on"/, from);
    }

    async function takeLampAway(): Promise<void> {
      const from = witness.seen.length;
      await lamp?.device.stop();
      lamp = undefined;
      await witness.untilSeen(`${LAMP}/status`, /^offline$/, from);
    }

    /** Waits until the server has received the sensor's reading. */
    async function untilSensed(light: number): Promise<void> {
      const line = `Message received: {"light":${light}} from ${SENSOR}`;
      await witness.publish(`${SENSOR}/telemetry`, JSON.stringify({ light }));
      await until("taken in", () => server.log.includes(line));
    }

    it("latest: it gets the wanted state when it comes back, and nothing stale", async () => {
      server = await start();
      await connectLamp();
      await untilSensed(100);
      await untilLampIs(true);
      await takeLampAway();
      const from = witness.seen.length;
      await untilSensed(900);
      await untilSensed(101);
      await untilSensed(901);
      await witness.untilSeen(`${LAMP}/desired`, /^\{"led_on":false\}$/, from);
      expect(witness.seen.slice(from).filter(({ topic }) => topic === `${LAMP}/commands`)).toEqual(
        [],
      );
      // A new server takes over, and learns the desired state from the broker's retained messages.
      await server.stop();
      server = await start();
      await connectLamp();
      await untilLampIs(false);
      expect(witness.seen.filter((m) => m.topic.endsWith("/commands") && m.retain)).toEqual([]);
    });

    it("latest: it gets the command again if its report differs, as after a restart", async () => {
      server = await start();
      await connectLamp();
      await untilSensed(100);
      await untilLampIs(true);
      await takeLampAway();
      await connectLamp();
      await untilLampIs(true);
    });

    it("ordered: it gets each command once, in order, even if the server was replaced", async () => {
      server = await start({ led_on: "ordered" });
      await connectLamp();
      await takeLampAway();
      const from = witness.seen.length;
      const ids: number[] = [];
      for (const [i, on] of [true, false, true, true, false, true].entries()) {
        if (i === 3) {
          await server.stop();
          server = await start({ led_on: "ordered" });
          await until("known again", async () => (await server.device(LAMP)) !== undefined);
        }
        const response = await server.command(LAMP, { led_on: on });
        expect(response.status).toBe(202);
        ids.push(((await response.json()) as { id: number }).id);
      }
      expect([...ids].sort((a, b) => a - b)).toEqual(ids);
      await until("all are at the broker", () => {
        return witness.seen.slice(from).filter((m) => m.topic === `${LAMP}/commands`).length === 6;
      });
      await connectLamp();
      await witness.untilSeen(
        `${LAMP}/state`,
        new RegExp(`"led_on":true.*"id":${ids[5] ?? 0}\\b`),
        from,
      );
      const got = lamp?.log
        .filter((line) => line.startsWith("Message received: "))
        .map((line) => JSON.parse(line.slice("Message received: ".length)) as { id: number })
        .map(({ id }) => id);
      expect(got).toEqual(ids);
      expect(lamp?.log.filter((line) => line.startsWith("Command ignored"))).toEqual([]);
    });

    it("ordered: it gets no more commands after the highest id, and a person is informed", async () => {
      server = await start({ led_on: "ordered" });
      const highest = Number.MAX_SAFE_INTEGER;
      await witness.publish(`${LAMP}/state`, JSON.stringify({ led_on: false, id: highest }));
      await until("the lamp", async () => (await server.device(LAMP)) !== undefined);
      // The group's decision makes one command, and a person's request makes the other command.
      await untilSensed(5);
      expect((await server.command(LAMP, { led_on: true })).status).toBe(409);
      const lamp = await server.device(LAMP);
      expect(lamp?.health.filter(({ about }) => about === "command")).toMatchObject([
        { why: "refused" },
      ]);
      expect((await metricsOf(server.url)).get('nightlight_rejections_total{reason="order"}')).toBe(
        2,
      );
      expect(witness.payloads(`${LAMP}/commands`)).toEqual([]);
    });

    it("ordered: it does not get expired commands", async () => {
      server = await start({ led_on: "ordered" }, 1_000);
      await connectLamp();
      await takeLampAway();
      const from = witness.seen.length;
      await server.command(LAMP, { led_on: true });
      await witness.untilSeen(`${LAMP}/commands`, /"expires_at"/, from);
      const sentMs = Date.now();
      await until("it has expired", () => Date.now() > sentMs + 2_500);
      await connectLamp();
      const response = await server.command(LAMP, { led_on: false });
      const { id } = (await response.json()) as { id: number };
      await witness.untilSeen(`${LAMP}/state`, new RegExp(`"id":${id}\\b`));
      expect(lamp?.log.filter((line) => line.startsWith("Message received"))).toHaveLength(1);
    });
  },
);
