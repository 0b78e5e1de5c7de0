import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CLOCK } from "../../server/base/clock";
import { Rejections } from "../../server/base/rejections";
import { DEAD_AFTER_MS } from "../../server/cluster/presence";
import { Counters } from "../../server/deciding/counters";
import { Decider } from "../../server/deciding/decider";
import { DeviceNames } from "../../server/deciding/device-names";
import { Devices } from "../../server/deciding/devices";
import type { ServerEvents } from "../../server/deciding/events";
import type { OnMessage } from "../../server/deciding/link";
import { loadConfig } from "../../server/setup/config";

const DARK = 100;
const BRIGHT = 900;

/** The first of several servers. Its broker passes on only the messages that the test selects. */
class Server {
  readonly commands: string[] = [];
  private deliver: OnMessage = () => undefined;
  private readonly bus = new EventEmitter<ServerEvents>();
  private readonly devices = new Devices(
    {
      isListed: () => false,
      silenceMs: () => Infinity,
      orderExpiresMs: 60_000,
      nameOf: () => undefined,
      clock: CLOCK,
    },
    this.bus,
  );
  private decider: Decider | undefined;

  async start(): Promise<void> {
    this.decider = await Decider.start(
      {
        ...loadConfig(),
        shard: { index: 1, count: 1 },
        brokerUrl: "mqtt://127.0.0.1",
        mqtt5: false,
        attach: (_clientId, _will, onMessage) => {
          this.deliver = onMessage;
          return {
            subscribe: () => undefined,
            publish: (topic, text, _how, onKept) => {
              if (topic === "hall/commands") this.commands.push(text);
              onKept?.();
            },
            end: () => undefined,
          };
        },
        clientId: "server",
        bus: this.bus,
        rejections: new Rejections(() => undefined),
        clock: CLOCK,
        scope: { id: "nightlight-1", devices: "all" },
        decide: true,
        counts: new Counters(),
        names: new DeviceNames(() => undefined),
        homeAssistantStatus: "homeassistant/status",
        isOthersTopic: () => false,
      },
      this.devices,
      () => undefined,
    );
  }

  async stop(): Promise<void> {
    const stopped = this.decider?.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    await stopped;
    this.devices.stop();
  }

  reads(light: number, ledOn: boolean, seq: number): void {
    this.hears("telemetry", JSON.stringify({ light, led_on: ledOn, seq, boot: 7 }));
  }

  hears(kind: string, text: string): void {
    this.deliver(`hall/${kind}`, Buffer.from(text), { qos: 1, retain: false });
  }
}

let server: Server;

beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "setInterval", "clearInterval", "performance", "Date"],
  });
  server = new Server();
  await server.start();
  await vi.advanceTimersByTimeAsync(2 * DEAD_AFTER_MS);
});

afterEach(async () => {
  await server.stop();
  vi.useRealTimers();
});

it("answers passed back to their server by a slow broker trigger nothing more", () => {
  // The device has not received any of the answers yet, so each reading asks for a change.
  for (let seq = 1; seq <= 6; seq++) server.reads(seq % 2 === 1 ? DARK : BRIGHT, false, seq);
  const answers = [...server.commands];
  expect(answers.length).toBeGreaterThanOrEqual(6);
  for (const text of answers) server.hears("commands", text);
  expect(server.commands).toEqual(answers);
});

it("answers of another server are corrected if no newer reading has been answered", () => {
  server.reads(BRIGHT, false, 1);
  expect(server.commands).toEqual([]);
  server.hears("commands", JSON.stringify({ led_on: true, seq: 0, boot: 7 }));
  const correction = JSON.stringify({ led_on: false, seq: 1, boot: 7 });
  expect(server.commands).toEqual([correction]);
  server.hears("commands", correction);
  server.hears("commands", JSON.stringify({ led_on: true, seq: 0, boot: 7 }));
  expect(server.commands).toEqual([correction]);
});
