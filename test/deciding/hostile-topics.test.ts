import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { CLOCK } from "../../server/base/clock";
import { Rejections } from "../../server/base/rejections";
import { Counters } from "../../server/deciding/counters";
import { Decider } from "../../server/deciding/decider";
import { DeviceNames } from "../../server/deciding/device-names";
import { Devices } from "../../server/deciding/devices";
import type { ServerEvents } from "../../server/deciding/events";
import type { OnMessage } from "../../server/deciding/link";
import { loadConfig } from "../../server/setup/config";
import { idError } from "../../src/common/id";
import { TOPIC_KINDS } from "../../src/common/wire";
import { Random } from "../support/random";

const SEEDS = 20;
const MESSAGES = 1_500;

/** Topic levels: most are not valid ids, and some are valid ids, one of them long. */
const LEVELS = [
  ...["", "+", "#", "a+", "$SYS", "$share", ".", "..", "a\0b", "\u0007", "\ud800", "*", "\\"],
  ...["x".repeat(65), "x".repeat(70_000), "lamp", "K\u00fcche 1", "homeassistant", "nightlight"],
  ...["server", "names", "removed", "__proto__", "constructor", "toString"],
];
const ENDS = [...TOPIC_KINDS, "", "+", "TELEMETRY", "telemetry ", "presence", "config"];
const PAYLOADS = [
  ...["", " ", "{", "[]", "null", "5", '"x"', "\ufeff{}", "online", "offline", "{}"],
  ...[
    '{"light":5}',
    '{"light":900}',
    '{"light":1e999}',
    '{"light":"5"}',
    '{"light":-1}',
    '{"__proto__":{"light":5}}',
  ],
  ...['{"light":5,"seq":1,"boot":1}', '{"light":5,"seq":-1}', '{"light":5,"age_ms":1e300}'],
  ...['{"led_on":true}', '{"led_on":false,"id":9007199254740991}', '{"led_on":1}', '{"name":"x"}'],
  ...["\0", "x".repeat(2_000), '{"light":5,"seq":9007199254740991,"boot":0}'],
];

it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
  "any message on any topic causes no exception and no stray answer, and drops are counted (seed %i)",
  async (seed) => {
    const random = new Random(seed);
    const bus = new EventEmitter<ServerEvents>();
    const warnings: string[] = [];
    const rejections = new Rejections(() => undefined);
    const names: DeviceNames = new DeviceNames((id) => devices.changed(id));
    const devices = new Devices(
      {
        isListed: () => false,
        silenceMs: () => 30_000,
        orderExpiresMs: 60_000,
        nameOf: (id) => names.of(id),
        clock: CLOCK,
      },
      bus,
    );
    const published: string[] = [];
    let deliver: OnMessage = () => undefined;
    const config = loadConfig();
    const decider = await Decider.start(
      {
        ...config,
        groups: [{ id: "hall", members: ["lamp"], lights: ["lamp"], decide: "any", validMs: 1e6 }],
        // Half of the seeds have ordered commands. A device reports the id of the last ordered
        // command that it has carried out.
        commands: { ...config.commands, ...(seed % 2 && { delivery: { led_on: "ordered" } }) },
        brokerUrl: "mqtt://127.0.0.1",
        mqtt5: false,
        attach: (_clientId, _will, onMessage) => {
          deliver = onMessage;
          return {
            subscribe: () => undefined,
            publish: (topic, _text, _how, onKept) => {
              published.push(topic);
              onKept?.();
            },
            end: () => undefined,
          };
        },
        clientId: "server",
        bus,
        rejections,
        clock: CLOCK,
        scope: { id: "nightlight-1", devices: "all" },
        decide: true,
        counts: new Counters(),
        names,
        homeAssistantStatus: "homeassistant/status",
        isOthersTopic: () => false,
      },
      devices,
      (_source, text, details) => {
        if (details?.level === "warn") warnings.push(text);
      },
    );
    const seen: { topic: string; rejected?: string }[] = [];
    bus.on("message", (message) => seen.push(message));
    const counted = () => {
      // One state can reject several pending commands, so rejected orders are not counted.
      const totals = rejections.totals();
      return Object.values(totals).reduce((sum, count) => sum + count, -totals.order);
    };

    for (let at = 0; at < MESSAGES; at++) {
      const levels = Array.from({ length: random.below(4) }, () => random.pick(LEVELS));
      // A quarter of the messages are from one device, so that messages of a device affect each
      // other.
      const isLamp = random.below(4) === 0;
      const topic = isLamp
        ? `lamp/${random.pick(TOPIC_KINDS)}`
        : [...levels, random.pick(ENDS)].join("/");
      const payload = Buffer.from(random.pick(PAYLOADS));
      const before = counted();
      seen.length = 0;
      deliver(topic, payload, { qos: random.below(3), retain: random.below(4) === 0 });
      const refused = seen.filter((message) => message.topic === topic && message.rejected);
      expect(counted() - before, topic).toBeGreaterThanOrEqual(refused.length);
      expect(counted() - before, topic).toBeLessThanOrEqual(1);
    }

    for (const topic of published) {
      if (topic.startsWith("nightlight/server/")) continue;
      const [id = "", kind, ...more] = topic.split("/");
      expect(idError(id), topic.slice(0, 100)).toBeUndefined();
      expect(TOPIC_KINDS, topic).toContain(kind);
      expect(more).toEqual([]);
    }
    // Warnings are printed in a terminal, so each must be a single line.
    for (const warning of warnings) {
      expect(warning.length).toBeLessThan(1_000);
      expect(warning).not.toMatch(/[\u0000-\u001f]/);
    }
    for (const { id } of devices.list()) expect(idError(id)).toBeUndefined();
    expect(published.some((topic) => topic.endsWith("/commands"))).toBe(true);
    expect(warnings.length).toBeGreaterThan(10);
    await decider.stop();
    devices.stop();
  },
);
