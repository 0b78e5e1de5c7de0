import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { SocketEvent, Unwritten } from "../../src/common/api";
import { metricsOf } from "../support/metrics";
import { NightlightProcess } from "../support/process";
import { injectedDisk, MAY_MOUNT, mountedDisk, type SmallDisk } from "../support/small-disk";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const DISKS: [string, () => SmallDisk][] = [["injected errors", injectedDisk]];
if (MAY_MOUNT) DISKS.unshift(["a mounted one, or what comes nearest", mountedOrInjected]);

function mountedOrInjected(): SmallDisk {
  const mounted = mountedDisk();
  if (!mounted) console.warn("Here root may not mount a disk: errors are injected instead.");
  return mounted ?? injectedDisk();
}

describe.each(DISKS)("the server on a full disk (%s)", (_how, makeDisk) => {
  let disk: SmallDisk;
  let nightlight: NightlightProcess;
  let client: Witness;
  /** Clean-up steps, run in reverse order even if one of them fails. */
  const undo: (() => unknown)[] = [];

  beforeAll(async () => {
    disk = makeDisk();
    undo.unshift(() => disk.remove());
    nightlight = await NightlightProcess.start(["--no-device", "--data", disk.dir], disk.env);
    undo.unshift(() => nightlight.kill());
    client = await connected();
    undo.unshift(() => client.stop());
  });

  afterAll(async () => {
    const failures: unknown[] = [];
    for (const step of undo)
      await Promise.resolve()
        .then(step)
        .catch((error: unknown) => failures.push(error));
    expect(failures).toEqual([]);
  });

  const connected = () =>
    Witness.connect(`mqtt://127.0.0.1:${nightlight.mqttPort}`, ["lamp/commands", "kept/#"]);
  const url = () => `http://127.0.0.1:${nightlight.httpPort}`;
  const saidTimes = (text: string) => nightlight.output.split(text).length - 1;
  const keptTopics = () =>
    client.seen.filter(({ topic, retain }) => topic.startsWith("kept/") && retain).length;

  /** Checks that a reading is acknowledged and answered. */
  async function untilDecided(): Promise<void> {
    const before = client.payloads("lamp/commands").length;
    await client.client.publishAsync("lamp/telemetry", '{"light":100}', { qos: 1 });
    await until("it is decided", () => client.payloads("lamp/commands").length > before);
  }

  /** Retains more data than fits into the free space of a file's last page. */
  async function keep(name: string): Promise<void> {
    for (let i = 0; i < 20; i++)
      await client.client.publishAsync(`kept/${name}/${i}`, "x".repeat(10_000), {
        qos: 1,
        retain: true,
      });
  }

  async function restart(): Promise<void> {
    await client.stop();
    await nightlight.kill();
    await nightlight.restart();
    client = await connected();
  }

  async function metric(name: string): Promise<number | undefined> {
    return (await metricsOf(url())).get(`nightlight_${name}`);
  }

  /** Returns the state that the page receives when it is opened. */
  async function shown(): Promise<Unwritten[]> {
    const socket = new WebSocket(`${url().replace("http", "ws")}/api/events`);
    const first = await new Promise<string>((resolve, reject) => {
      socket.once("error", reject);
      socket.once("message", (data: Buffer) => resolve(data.toString()));
    });
    socket.terminate();
    const { event, data } = JSON.parse(first) as SocketEvent;
    return event === "snapshot" ? data.unwritten : [];
  }

  async function hasHall(): Promise<boolean> {
    const answer = await fetch(`${url()}/api/devices/hall/telemetry?from=0`);
    return ((await answer.json()) as { points: unknown[] }).points.length > 0;
  }

  async function untilBothLost(): Promise<void> {
    await until("both are known to fail", async () => {
      await untilDecided();
      return (await shown()).join() === "broker,history";
    });
  }

  async function untilRecovered(): Promise<void> {
    disk.free();
    await until("both are written", async () => {
      await untilDecided();
      return (await shown()).length === 0;
    });
  }

  it("decides before the disk is full, and writes everything", async () => {
    await untilDecided();
    await keep("before");
    expect(await shown()).toEqual([]);
    expect(await metric("broker_unwritten")).toBe(0);
    expect(await metric("history_unwritten")).toBe(0);
  });

  it("keeps deciding and acknowledging, logs each loss once, and counts losses", async () => {
    disk.fill();
    await keep("during");
    await untilBothLost();
    await untilDecided();
    expect(saidTimes("the broker's state is not written to")).toBe(1);
    expect(saidTimes("the history is not written")).toBe(1);
    expect(await metric("broker_unwritten")).toBe(1);
    expect(await metric("history_unwritten")).toBe(1);
    expect(await metric('rejections_total{reason="unwritten"}')).toBeGreaterThan(0);
    expect(await metric('rejections_total{reason="history"}')).toBeGreaterThan(0);
  });

  it("recovers when there is room again, and has lost no data of the broker", async () => {
    await untilRecovered();
    expect(saidTimes("the broker's state is written to")).toBe(1);
    expect(saidTimes("The history is written again")).toBe(1);
    expect(await metric("broker_unwritten")).toBe(0);
    expect(await metric("history_unwritten")).toBe(0);
    await restart();
    await until("all that was retained", () => keptTopics() === 40);
  });

  it("notices by itself that there is room again, without a new reading", async () => {
    disk.fill();
    await keep("silent");
    await untilBothLost();
    // The query makes the server try to write its waiting readings. Afterwards no reading is left
    // whose write could discover the free space, so the server has to test the disk itself.
    await hasHall();
    disk.free();
    await until("both are written", async () => (await shown()).length === 0);
    expect(await metric("history_unwritten")).toBe(0);
  });

  it("starts on a full disk, decides, and recovers", async () => {
    await client.client.publishAsync("hall/telemetry", '{"light":100}', { qos: 1 });
    await until("the history has it", hasHall);
    disk.fill();
    await restart();
    await keep("later");
    await untilBothLost();
    const removal = await fetch(`${url()}/api/devices/hall?history=1`, { method: "DELETE" });
    if (removal.status !== 200) expect(await removal.text()).toMatch(/"history: .*; try again/);
    await untilRecovered();
    await restart();
    await until("what was there before and after", () => keptTopics() === 80);
    // The removal did what its answer said.
    expect(await hasHall()).toBe(removal.status !== 200);
  });
});
