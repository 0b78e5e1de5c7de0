import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LateSender } from "../../../boards/raspberry-pi/late-sender";
import { OutboxKeeper } from "../../../boards/raspberry-pi/outbox-keeper";
import { EmbeddedBroker } from "../../support/embedded-broker";
import { until } from "../../support/until";
import { Witness } from "../../support/witness";

const TOPIC = "home/pi-1/telemetry";

describe("readings of an earlier run", () => {
  let broker: EmbeddedBroker;
  let witness: Witness;
  let content: Uint8Array;
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const disk = { load: () => content, save: (saved: Uint8Array) => (content = saved) };

  beforeEach(async () => {
    broker = await EmbeddedBroker.start();
    witness = await Witness.connect(broker.url);
    const takenAtMs = Date.now() - 60_000;
    content = Buffer.from(JSON.stringify([1, 2, 3].map((seq) => [7, seq, seq, 1, takenAtMs])));
    lines.length = 0;
  });
  afterEach(async () => {
    await witness.stop();
    await broker.stop();
  });

  function start() {
    const keeper = new OutboxKeeper(disk, say);
    const options = { broker: broker.url, topicPrefix: "home/", id: "pi-1" };
    return { keeper, sender: new LateSender(options, keeper, say) };
  }

  it("are sent in order, each with its age, and removed from the disk afterwards", async () => {
    await witness.client.publishAsync("home/nightlight/server/status", "online", { retain: true });
    const { keeper, sender } = start();
    await until("all are sent", () => lines.includes("Readings of an earlier run: 3 sent"));
    await until("they have come", () => witness.payloads(TOPIC).length === 3);
    const sent = witness.payloads(TOPIC).map((text) => JSON.parse(text) as { age_ms: number });
    for (const [index, reading] of sent.entries()) {
      expect(reading).toMatchObject({ light: index + 1, led_on: true, seq: index + 1, boot: 7 });
      expect(reading.age_ms).toBeGreaterThanOrEqual(60_000);
    }
    await sender.stop();
    keeper.close();
    expect(content).toHaveLength(0);
  });

  it("wait on the disk until the server is there", async () => {
    await witness.client.publishAsync("home/nightlight/server/status", "offline", { retain: true });
    const { keeper, sender } = start();
    await until("it waits for the server", () => broker.broker.clientCount === 2);
    keeper.close();
    expect(Buffer.from(content).toString()).toMatch(/^\[\[7,1,.*\[7,3,/);
    await witness.client.publishAsync("home/nightlight/server/status", "online", { retain: true });
    await until("they have come", () => witness.payloads(TOPIC).length === 3);
    const topics = witness.seen.map(({ topic, payload }) => `${topic} ${payload.slice(0, 7)}`);
    expect(topics.indexOf("home/nightlight/server/status online")).toBeLessThan(
      topics.findIndex((topic) => topic.startsWith(TOPIC)),
    );
    await sender.stop();
  });

  it("do not delay the shutdown", async () => {
    const { sender } = start();
    await until("it waits for the server", () => broker.broker.clientCount === 2);
    await sender.stop();
    expect(witness.payloads(TOPIC)).toEqual([]);
  });
});
