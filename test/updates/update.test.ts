import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { ROOT } from "../../server/base/root";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { UpdateKeys } from "../../server/setup/update-keys";
import { sealOrder } from "../../server/updates/seal";
import { hashOf, padProgram } from "../../server/updates/upload";
import { type Order, programName } from "../../src/common/update";
import type { UpdatesView, UpdateView } from "../../src/common/update-api";
import { startDevice, type TestDevice } from "../support/device";
import { folderForTest } from "../support/folder";
import { type Started, startNightlight } from "../support/nightlight";
import { olderProgram } from "../support/older-program";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const ID = "desk-1";

describe("an update over the network", () => {
  let dir: string;
  let nightlight: Started;
  let witness: Witness;
  let board: TestDevice | undefined;

  const start = (ports: { mqttPort?: number; httpPort?: number } = {}) =>
    startNightlight({
      simulate: false,
      security: { ...OPEN_ON_LOOPBACK, usersDir: dir },
      ...ports,
    });

  beforeEach(async () => {
    dir = folderForTest();
    nightlight = await start();
    witness = await Witness.connect(nightlight.brokerUrl);
  });

  afterEach(async () => {
    await board?.device.stop();
    board = undefined;
    await witness.stop();
    await nightlight.stop();
  });

  async function startBoard(key: string): Promise<TestDevice> {
    board = await startDevice(ID, nightlight.brokerUrl, {
      settings: { UPDATE_KEY: key },
      bytecode: await olderProgram(),
    });
    await witness.untilSeen(`${ID}/state`, /"program":/);
    return board;
  }

  async function update(): Promise<number> {
    const body = JSON.stringify({ device: ID });
    return (await fetch(`${nightlight.url}/api/updates`, { method: "POST", body })).status;
  }

  async function job(): Promise<UpdateView | undefined> {
    const response = await fetch(`${nightlight.url}/api/updates`);
    return ((await response.json()) as UpdatesView).updates.find(({ id }) => id === ID);
  }

  async function untilOver(): Promise<UpdateView> {
    await until("the update is over", async () =>
      /confirmed|failed/.test((await job())?.step ?? ""),
    );
    return (await job()) as UpdateView;
  }

  it("starts the new program, which confirms itself", async () => {
    const { log, panics } = await startBoard(new UpdateKeys(dir).ensure(ID));
    await until("the old program is well", () => log.includes("Reading ACKNOWLEDGED"));
    const from = log.length;
    expect(await update()).toBe(202);
    // Sends a second request for the update that is already under way.
    expect(await update()).toBe(202);
    const { step, lines } = await untilOver();
    expect(step, lines.at(-1)?.text).toBe("confirmed");
    const name = hashOf(padProgram(await compileFirmware())).slice(0, 8);
    await witness.untilSeen(`${ID}/state`, new RegExp(`"program":"${name}"\\}$`));
    expect(log.slice(from)).toContain("Update confirmed");
    expect(log.slice(from)).toContain("Reading acknowledged");
    expect(log.filter((line) => /^Update \d+: leaving/.test(line))).toHaveLength(1);
    expect(panics).toEqual([]);
    const orders = nightlight.log.filter((line) => /Order from/.test(line));
    expect(orders.map((line) => line.replace(/^.*Order/, "Order"))).toEqual([
      `Order from 127.0.0.1: update of ${ID}: begun`,
      `Order from 127.0.0.1: update of ${ID}: already running`,
    ]);
    const body = JSON.stringify({ device: ID });
    const late = await fetch(`${nightlight.url}/api/updates`, { method: "DELETE", body });
    expect([late.status, await late.json()]).toEqual([409, { error: `${ID}: its update is over` }]);
  });

  /** Publishes an update order as the server does, except for the fields in `different`. */
  async function order(key: string, n: number, different: Partial<Order> = {}): Promise<void> {
    const usual = { n, do: "update" as const, at: "ws://*:1/wssk/desk-1", hash: "00", fw: "0.2.0" };
    const order = sealOrder(key, ID, { ...usual, board: "", confirm_s: 120, ...different });
    await witness.publish(`${ID}/update`, JSON.stringify({ ...order, ...different }));
  }

  const untilRefused = (n: number, why: string) =>
    witness.untilSeen(`${ID}/state`, new RegExp(`"refused":"${n}: ${why}`));

  it("refuses orders that are not for it, each with a line", async () => {
    const key = new UpdateKeys(dir).ensure(ID);
    const { log } = await startBoard(key);
    await witness.publish(`${ID}/update`, "nonsense");
    await untilRefused(0, "not a JSON object");
    await order(key, 5, { mac: "00".repeat(32) });
    await untilRefused(5, "sealed with another key, or altered");
    await order(key, 6, { board: "pico-w" });
    await untilRefused(
      6,
      "expected a program for any board with its own sensor and LED, got one for pico-w",
    );
    await order(key, 6);
    await untilRefused(6, "expected an n above 6, got 6");
    await order(key, 7, { fw: "0.1.9" });
    await untilRefused(7, "expected version 0.2.0 or newer, got 0.1.9");
    expect(log.filter((line) => line.startsWith("Order refused: "))).toHaveLength(5);
    // When this order arrives, the device already runs the program that it orders.
    await order(key, 8, { hash: hashOf(padProgram(await olderProgram())) });
    const has = "Update 8: this program is running already";
    await until(has, () => log.includes(has));
    expect(log.filter((line) => line.startsWith("Update "))).toEqual([has]);
  });

  it("identifies the device, reports its state, and restarts it on request", async () => {
    const { device, log } = await startBoard(new UpdateKeys(dir).ensure(ID));
    const tell = async (what: string) => {
      const body = JSON.stringify({ do: what });
      return await fetch(`${nightlight.url}/api/devices/${ID}/orders`, { method: "POST", body });
    };
    expect((await tell("dance")).status).toBe(400);
    expect((await tell("identify")).status).toBe(202);
    await until("the lamp blinks", () => device.ledOn);
    await until("the lamp is as before", () => !device.ledOn);
    const count = () => log.filter((line) => line.startsWith("Sending telemetry")).length;
    const before = count();
    await tell("report");
    await until("a reading", () => count() > before);
    const from = log.length;
    await tell("restart");
    await until("it starts again", () => log.slice(from).some((line) => line === "Connected"));
  });

  it.each([
    ["another key", randomBytes(32).toString("hex"), "sealed with another key, or altered"],
    ["no key", "", "this device has no update key"],
  ])("is refused by a device that has %s", async (_what, key, why) => {
    new UpdateKeys(dir).ensure(ID);
    await startBoard(key);
    await update();
    const { step, lines } = await untilOver();
    expect(step).toBe("failed");
    expect(lines.at(-1)?.text).toBe(`refused by the device: ${why}`);
  });

  it("needs a known device, and its key", async () => {
    const refusal = async (device: string) => {
      const body = JSON.stringify({ device });
      const response = await fetch(`${nightlight.url}/api/updates`, { method: "POST", body });
      return [response.status, (await response.json()) as unknown];
    };
    expect(await refusal("nobody")).toEqual([409, { error: "no device nobody" }]);
    await startBoard("");
    expect(await refusal(ID)).toEqual([
      409,
      {
        error:
          "desk-1: can't be updated, because this server has no update key for it: see docs/updates.md",
      },
    ]);
  });

  it("logs once where in the sources the device's last run ended", async () => {
    const settings = { UPDATE_KEY: new UpdateKeys(dir).ensure(ID) };
    board = await startDevice(ID, nightlight.brokerUrl, { settings });
    await witness.untilSeen(`${ID}/state`, /"program":/);
    await board.device.stop();
    // After a panic, the Wio Terminal's runtime leaves this setting.
    const crash = "panic 60005 at main_F0 (pc:86)";
    const after = { ...settings, CRASH: crash };
    board = await startDevice(ID, nightlight.brokerUrl, { settings: after });
    await witness.untilSeen(`${ID}/state`, /"crash":"panic 60005 at main_F0/);
    const lines = () => nightlight.log.filter((line) => line.includes(" crashed:"));
    await until("it is said", () => lines().length > 0);
    await until("a reading", () => board?.log.includes("Reading acknowledged") ?? false);
    const name = programName(hashOf(padProgram(await compileFirmware())));
    const place = /, (src\/\S+\.ts):(\d+)$/.exec(lines()[0] ?? "");
    expect(lines()).toEqual([
      `${ID}: its last run of program ${name} crashed: ${crash}${place?.[0] ?? ""}`,
    ]);
    const source = readFileSync(join(ROOT, place?.[1] ?? ""), "utf8").split("\n");
    expect(source[Number(place?.[2]) - 1]).toMatch(/\S/);
    const view = (await (await fetch(`${nightlight.url}/api/updates`)).json()) as UpdatesView;
    expect(view.crashes).toMatchObject([{ id: ID, program: name }]);
  });

  it("waits for an offline device", async () => {
    const key = new UpdateKeys(dir).ensure(ID);
    expect(await update()).toBe(202);
    expect((await job())?.step).toBe("waiting");
    await startBoard(key);
    expect((await untilOver()).step).toBe("confirmed");
  });

  it("continues after the server was down in the middle of it", async () => {
    const { panics } = await startBoard(new UpdateKeys(dir).ensure(ID));
    const [mqttPort, httpPort] = [nightlight.brokerUrl, nightlight.url].map((url) =>
      Number(new URL(url).port),
    );
    await update();
    await until("some of it is sent", () =>
      nightlight.log.some((line) => /connected; sending/.test(line)),
    );
    await nightlight.stop();
    nightlight = await start({ mqttPort: mqttPort ?? 0, httpPort: httpPort ?? 0 });
    // The runtime's client tries to reach the gateway every half minute.
    const { step, lines } = await untilOver();
    expect(step, lines.at(-1)?.text).toBe("confirmed");
    expect(nightlight.log.filter((line) => /connected; sending/.test(line))).toHaveLength(1);
    expect(panics).toEqual([]);
  });
});
