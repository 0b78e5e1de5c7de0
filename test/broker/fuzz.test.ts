import { createConnection } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, type RunningServer } from "../../server/run";
import { DEFAULT_LIMITS } from "../../server/setup/broker-limits";
import { loadConfig } from "../../server/setup/config";
import { DEFAULT_HISTORY } from "../../server/setup/history-options";
import { NO_PROXY } from "../../server/setup/proxy-options";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { connect, publish } from "../support/mqtt-bytes";
import { Random } from "../support/random";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import { malformedPackets, malformedTelemetry, malformedTopic } from "./malformed";

const CONNECT = connect();
const PAYLOADS = 60_000;
const TOPICS = 20_000;
const PACKETS = 15_000;
const NOISE = 5_000;
const SEED = 20_261_122;
const AT_ONCE = 50;
/** Maximum growth of memory, small enough to show a leak of a hundred bytes per message. */
const MAX_GROWTH_BYTES = 10_000_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function usedBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe("100,000 malformed payloads, topics and packets", () => {
  let nightlight: RunningServer;
  let port: number;
  const random = new Random(SEED);

  beforeAll(async () => {
    nightlight = await run(
      {
        id: "fuzz-1",
        brokerUrl: undefined,
        mqttPort: 0,
        httpPort: 0,
        lightRaw: 500,
        simulate: false,
        decide: true,
        homeAssistant: false,
        secrets: {},
        security: {
          ...OPEN_ON_LOOPBACK,
          limits: { ...DEFAULT_LIMITS, "packets-per-second": 1_000_000 },
        },
        proxy: NO_PROXY,
        history: DEFAULT_HISTORY,
      },
      loadConfig(),
      () => undefined,
    );
    port = Number(new URL(nightlight.brokerUrl).port);
  });

  afterAll(async () => {
    await nightlight.stop();
  });

  function total(): number {
    return Object.values(nightlight.rejections.totals()).reduce((sum, count) => sum + count, 0);
  }

  /** Sends these bytes on a new connection, and waits until the broker closes it. */
  function attack(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      const socket = createConnection(port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.on("close", () => resolve());
      socket.resume();
      socket.write(bytes);
    });
  }

  /** Logs in, sends these bytes and closes the connection, without checking their effect. */
  function babble(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      const socket = createConnection(port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.on("close", () => resolve());
      socket.once("data", () => socket.end(bytes));
      socket.write(CONNECT);
    });
  }

  async function manyTimes(count: number, once: () => Promise<void>): Promise<void> {
    let left = count;
    const worker = async () => {
      while (left-- > 0) await once();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  async function untilPayloadsRejected(witness: Witness, count: number): Promise<void> {
    const before = total();
    for (let sent = 0; sent < count; sent += AT_ONCE) {
      for (let i = 0; i < AT_ONCE; i++)
        witness.client.publish(
          `stranger-${random.below(1000)}/telemetry`,
          malformedTelemetry(random),
        );
      await until("they are all ignored", () => total() === before + sent + AT_ONCE);
    }
  }

  async function untilCounted(count: number, make: () => Buffer): Promise<void> {
    const before = total();
    await manyTimes(count, () => attack(make()));
    await until(`${count} rejections`, () => total() >= before + count);
    expect(total()).toBe(before + count);
  }

  const topics = () => Buffer.concat([CONNECT, publish(malformedTopic(random), Buffer.from("{}"))]);
  const packets = () => malformedPackets(random);

  it("are each counted by reason, and neither crash the server nor make it grow", async () => {
    const witness = await Witness.connect(nightlight.brokerUrl, "probe/commands");
    // Memory that is filled once, such as caches and compiled code, is not growth.
    await untilPayloadsRejected(witness, 5_000);
    await untilCounted(2_000, topics);
    await untilCounted(2_000, packets);
    const beforeBytes = usedBytes();
    const before = nightlight.rejections.totals();

    await untilPayloadsRejected(witness, PAYLOADS);
    await untilCounted(TOPICS, topics);
    await untilCounted(PACKETS, packets);
    await manyTimes(NOISE, () => babble(random.bytes(1 + random.below(60))));

    const after = nightlight.rejections.totals();
    expect(after.telemetry - before.telemetry).toBe(PAYLOADS);
    for (const reason of ["topic", "publish", "malformed-packet", "packet-bytes"] as const)
      expect(after[reason]).toBeGreaterThan(before[reason]);
    // Memory that has not been released yet is not a leak, so this test waits for its release.
    await expect.poll(() => usedBytes() - beforeBytes).toBeLessThan(MAX_GROWTH_BYTES);

    await witness.publish("probe/telemetry", '{"light":5}');
    await witness.untilSeen("probe/commands", /^\{"led_on":true/);
    const health = await fetch(`${nightlight.url}/healthz`);
    expect(health.status).toBe(200);
    await witness.stop();
  });
});
