import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DeviceView, TelemetryView } from "../../src/common/api";
import { folderForTest } from "../support/folder";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { NightlightProcess } from "../support/process";
import { until } from "../support/until";
import { Witness } from "../support/witness";

async function historyOf(url: string, id: string, query = ""): Promise<TelemetryView> {
  const response = await fetch(`${url}/api/devices/${id}/telemetry?${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as TelemetryView;
}

/** Returns the light level of each point. Each point must be a single reading. */
function lights({ points, bucketMs }: TelemetryView): number[] {
  expect(bucketMs).toBe(0);
  return points.flatMap(({ values }) => values["light"]?.mean ?? []);
}

describe("the history over HTTP", () => {
  let mosquitto: Mosquitto;
  let nightlight: Started;
  let witness: Witness;

  beforeAll(async () => {
    mosquitto = await Mosquitto.start();
    nightlight = await startNightlight({ brokerUrl: mosquitto.url, simulate: false });
    witness = await Witness.connect(mosquitto.url);
  });

  afterAll(async () => {
    await witness.stop();
    await nightlight.stop();
    await mosquitto.stop();
  });

  const url = (id: string, query = "") =>
    `${nightlight.url}/api/devices/${encodeURIComponent(id)}/telemetry?${query}`;

  it("has the measurements, and the LED at their time", async () => {
    await witness.publish("lamp/telemetry", '{"light":700,"led_on":false}');
    await witness.publish("lamp/telemetry", '{"light":100,"led_on":true}');
    await until("both", async () => lights(await historyOf(nightlight.url, "lamp")).length === 2);
    const { id, silenceMs, points } = await historyOf(nightlight.url, "lamp");
    expect({ id, silenceMs }).toEqual({ id: "lamp", silenceMs: 30_000 });
    const readings = points.filter((point) => point.readings > 0);
    expect(readings).toMatchObject([
      { readings: 1, values: { light: { min: 700, mean: 700, max: 700 } }, ledOn: 0 },
      { readings: 1, values: { light: { min: 100, mean: 100, max: 100 } }, ledOn: 1 },
    ]);
  });

  it("places a late reading at the time it was taken", async () => {
    for (const [light, ageMs] of [
      [1, 1_800_000],
      [3, 0],
      [2, 600_000],
    ])
      await witness.publish("late/telemetry", JSON.stringify({ light, age_ms: ageMs }));
    await until("all", async () => lights(await historyOf(nightlight.url, "late")).length === 3);
    expect(lights(await historyOf(nightlight.url, "late"))).toEqual([1, 2, 3]);
    const { points } = await historyOf(nightlight.url, "late");
    const [first, second] = points;
    const between = `from=${first?.atMs ?? 0}&to=${second?.atMs ?? 0}`;
    expect(lights(await historyOf(nightlight.url, "late", between))).toEqual([1]);
    const iso = `from=${new Date((first?.atMs ?? 0) + 1).toISOString()}`;
    expect(lights(await historyOf(nightlight.url, "late", iso))).toEqual([2, 3]);
  });

  it("reduces many readings to few points, including the spike", async () => {
    for (let i = 0; i < 3_000; i++)
      await witness.publish(
        "many/telemetry",
        JSON.stringify({ light: i === 1_234 ? 1_023 : i % 100, age_ms: 3_000_000 - i * 1_000 }),
      );
    const count = ({ points }: TelemetryView) =>
      points.reduce((sum, { readings }) => sum + readings, 0);
    await until("all", async () => count(await historyOf(nightlight.url, "many")) === 3_000);
    const view = await historyOf(nightlight.url, "many", "points=50");
    expect(view.points.length).toBeLessThanOrEqual(50);
    expect(view.bucketMs).toBe(Math.ceil(3_600_000 / 49));
    const highest = view.points.map(({ values }) => values["light"]?.max ?? 0);
    expect(highest.filter((light) => light === 1_023)).toHaveLength(1);
    expect(highest.filter((light) => light > 99)).toHaveLength(1);
  });

  it("is available as a table, completely", async () => {
    for (let i = 0; i < 4_500; i++)
      await witness.publish(
        "table/telemetry",
        JSON.stringify({ light: i % 1_000, age_ms: 9_000 - i * 2 }),
      );
    await until("all", async () => {
      const { points } = await historyOf(nightlight.url, "table", "points=5000");
      return points.filter(({ readings }) => readings > 0).length === 4_500;
    });
    const response = await fetch(url("table"), { headers: { accept: "text/csv" } });
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="table.csv"');
    const [header, ...lines] = (await response.text()).trimEnd().split("\r\n");
    expect(header).toBe("time,light,led_on");
    const readings = lines.map((line) => line.split(",")).filter(([, light]) => light !== "");
    expect(readings.map(([, light]) => Number(light))).toEqual(
      Array.from({ length: 4_500 }, (_, i) => i % 1_000),
    );
    const times = readings.map(([time]) => Date.parse(time ?? ""));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("names the table's file after the device, whatever its name", async () => {
    const response = await fetch(url('at "ä', "format=csv"));
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="at___.csv"');
    expect(await response.text()).toBe("time,light,led_on\r\n");
  });

  it("has no points for an unknown device", async () => {
    expect((await historyOf(nightlight.url, "nobody")).points).toEqual([]);
  });

  it.each([
    ["GET", "points=0", 400, /^points: expected a whole number from 2 to 5000, got "0"$/],
    ["GET", "from=2030-01-01", 400, /^from: expected a time before to, got "2030-01-01"$/],
    ["GET", "%zz=1", 400, /^%zz: not a parameter/],
    ["DELETE", "", 405, /^expected GET, got DELETE$/],
  ])("answers %s ?%s with %i", async (method, query, status, error) => {
    const response = await fetch(url("lamp", query), { method });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: string }).error).toMatch(error);
  });
});

describe("the history with --data", () => {
  let dir: string;
  let nightlight: NightlightProcess;
  let witness: Witness;
  const url = () => `http://localhost:${nightlight.httpPort}`;

  beforeEach(async () => {
    dir = folderForTest();
    nightlight = await NightlightProcess.start(["--no-device", "--data", dir]);
    witness = await Witness.connect(`mqtt://127.0.0.1:${nightlight.mqttPort}`);
  });

  afterEach(async () => {
    await witness.stop();
    await nightlight.kill();
  });

  async function publish(from: number, to: number): Promise<void> {
    for (let i = from; i <= to; i++)
      await witness.publish("lamp/telemetry", JSON.stringify({ light: i, age_ms: 1_000 - i }));
  }
  const kept = async () => lights(await historyOf(url(), "lamp", "points=5000"));
  const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

  it("is complete after a stop and a start", async () => {
    await publish(1, 50);
    await until("the last one", async () => {
      const [lamp] = (await (await fetch(`${url()}/api/devices`)).json()) as DeviceView[];
      return lamp?.light === 50;
    });
    await nightlight.kill("SIGTERM");
    expect(existsSync(join(dir, "history/history.db.lock"))).toBe(false);
    await nightlight.restart();
    expect(await kept()).toEqual(upTo(50));
  });

  it("has everything but the last moment after each kill -9", async () => {
    let written = 0;
    for (let round = 0; round < 3; round++) {
      const from = written + 1;
      await publish(from, from + 20);
      await until("a batch", async () => (written = (await kept()).length) >= from + 20);
      // These readings may be lost, but there must be no gap before a stored reading.
      await publish(from + 21, from + 60);
      await nightlight.kill();
      await nightlight.restart();
      const after = await kept();
      expect(after).toEqual(upTo(after.length));
      expect(after.length).toBeGreaterThanOrEqual(written);
      written = after.length;
    }
  });

  it("keeps a second nightlight out, also one with another broker", async () => {
    const mosquitto = await Mosquitto.start();
    const flags = ["--no-device", "--data", dir, "--broker", mosquitto.url];
    const second = NightlightProcess.start(flags);
    await expect(second).rejects.toThrow(
      `nightlight: --data ${dir}: in use by another nightlight, choose another folder\n`,
    );
    await mosquitto.stop();
  });

  it("sets a damaged or foreign file aside, logs that once, and continues", async () => {
    await nightlight.kill("SIGTERM");
    const path = join(dir, "history/history.db");
    const foreign = "not a database ".repeat(500);
    writeFileSync(path, foreign);
    await nightlight.restart();
    const said = /history\.db was damaged: renamed to (\S+), and started a new file/g;
    await until("it is said", () => said.test(nightlight.output));
    const [, aside = ""] =
      /renamed to (\S+history\.db\.damaged-[^,\s]+), /.exec(nightlight.output) ?? [];
    expect(readFileSync(aside, "utf8")).toBe(foreign);
    await witness.stop();
    witness = await Witness.connect(`mqtt://127.0.0.1:${nightlight.mqttPort}`);
    await publish(1, 5);
    await until("new readings", async () => (await kept()).length === 5);
    expect(nightlight.output.match(said)).toHaveLength(1);
  });

  it("logs once that the file is empty, or a folder", async () => {
    await nightlight.kill("SIGTERM");
    const path = join(dir, "history/history.db");
    rmSync(path);
    writeFileSync(path, "");
    await nightlight.restart();
    const said = /Warning: history\.db was empty, and a new history begins\n/g;
    expect(nightlight.output.match(said)).toHaveLength(1);
    await nightlight.kill("SIGTERM");
    rmSync(path);
    mkdirSync(path);
    await expect(NightlightProcess.start(["--no-device", "--data", dir])).rejects.toThrow(
      /^broker +Listening on \S+\nnightlight: --data \S+: \S+history\.db: expected a file, got a folder\n$/,
    );
    rmSync(path, { recursive: true });
  });
});

// mkdir in /proc fails with ENOENT, although the parent folder exists.
const UNMAKEABLE = process.platform === "linux" ? ["/proc/nightlight", "/proc/nightlight/a"] : [];

it.each([...UNMAKEABLE, join(import.meta.filename, "a")])(
  "reports in one line that --data %s can't be made",
  async (data) => {
    const error = await NightlightProcess.start(["--no-device", "--data", data]).catch(String);
    expect(error).toMatch(
      /^(Error: )?.*nightlight: --data [^\n]*: (a folder can't be made there|part of this path is a file, not a folder)\n$/,
    );
    expect(error).toContain(`nightlight: --data ${data}: `);
  },
);

it.each([
  [["--history-days", "0"], '--history-days: expected a whole number from 1 to 3650, got "0"'],
  [["--history-mb", "1.5"], '--history-mb: expected a whole number from 1 to 1000000, got "1.5"'],
])("reports in one line what is wrong with %j", async (flags, message) => {
  await expect(NightlightProcess.start(flags)).rejects.toThrow(`nightlight: ${message}\n`);
});
