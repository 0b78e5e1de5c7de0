import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { UpdateKeys } from "../../server/setup/update-keys";
import { sealedSettings } from "../../server/updates/new-settings";
import { sealOrder } from "../../server/updates/seal";
import type { NewSettings } from "../../src/common/update";
import { startDevice, type TestDevice } from "../support/device";
import { folderForTest } from "../support/folder";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const ID = "desk-1";

describe("settings over the network", () => {
  let dir: string;
  let key: string;
  let nightlight: Started;
  let witness: Witness;
  let board: TestDevice;

  beforeEach(async () => {
    dir = folderForTest();
    const security = { ...OPEN_ON_LOOPBACK, usersDir: dir };
    nightlight = await startNightlight({ simulate: false, security });
    witness = await Witness.connect(nightlight.brokerUrl);
    key = new UpdateKeys(dir).ensure(ID);
    board = await startDevice(ID, nightlight.brokerUrl, { settings: { UPDATE_KEY: key } });
    await witness.untilSeen(`${ID}/telemetry`, /"light"/);
  });

  afterEach(async () => {
    await board.device.stop();
    await witness.stop();
    await nightlight.stop();
  });

  const untilLogged = (line: string) => until(line, () => board.log.some((text) => text === line));

  it("are tried, and kept once a reading has arrived", async () => {
    const BROKER = nightlight.brokerUrl.replace("127.0.0.1", "localhost");
    const body = JSON.stringify({ do: "set", set: { BROKER, MQTT_USER: "desk-1" } });
    const url = `${nightlight.url}/api/devices/${ID}/orders`;
    const response = await fetch(url, { method: "POST", body });
    expect(response.status).toBe(202);
    const { n } = (await response.json()) as { n: number };
    await witness.untilSeen(`${ID}/state`, /"trial":true/);
    await witness.untilSeen(`${ID}/state`, new RegExp(`"set":${n}\\}$`));
    expect(board.log.filter((line) => line.startsWith("Connecting to ")).at(-1)).toContain(BROKER);
    // The settings are permanent now, so the next start uses them.
    const from = board.log.length;
    const restart = await fetch(url, { method: "POST", body: JSON.stringify({ do: "restart" }) });
    expect(restart.status).toBe(202);
    await until("it starts again", () =>
      board.log.slice(from).some((line) => line.startsWith(`Connecting to ${BROKER}`)),
    );
    const wrong = await fetch(url, { method: "POST", body: JSON.stringify({ do: "set" }) });
    expect(wrong.status).toBe(400);
    expect(board.panics).toEqual([]);
  });

  async function order(settings: NewSettings): Promise<void> {
    const set = sealedSettings(key, ID, settings);
    const text = sealOrder(key, ID, { n: settings.n, do: "set", set });
    await witness.publish(`${ID}/update`, JSON.stringify(text));
  }

  it("are taken back by the device if they lead nowhere", async () => {
    await order({ n: 5, s: 3, BROKER: "mqtt://127.0.0.1:1", MQTT_PWD: "pass" });
    await untilLogged("Connecting to mqtt://127.0.0.1:1 as desk-1nightlight_client");
    await untilLogged("New settings taken back");
    await witness.untilSeen(`${ID}/state`, /"taken_back":"settings: no reading arrived in 3 s"/);
    await order({ n: 6, s: 3, BROKER: "ws://127.0.0.1" });
    await witness.untilSeen(`${ID}/state`, /"refused":"6: BROKER: expected mqtt/);
    await order({ n: 7, s: 3, BROKER: "nonsense" });
    await witness.untilSeen(`${ID}/state`, /"refused":"7: BROKER: expected mqtt/);
    expect(board.panics).toEqual([]);
  });
});
