import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { UpdateKeys } from "../../server/setup/update-keys";
import { hashOf, padded } from "../../server/updates/upload";
import type { UpdatesView, UpdateView } from "../../src/common/api";
import { startDevice, type TestDevice } from "../support/device";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const ID = "desk-1";

/** As the nightlight that is compiled now, but for a word that it logs. */
async function olderProgram(): Promise<Uint8Array> {
  const program = Buffer.from(await compileFirmware());
  const at = program.indexOf("Reading acknowledged");
  expect(at).toBeGreaterThan(0);
  program.write("Reading ACKNOWLEDGED", at);
  return program;
}

describe("an update over the network", () => {
  let dir: string;
  let nightlight: Started;
  let witness: Witness;
  let board: TestDevice | undefined;

  const start = () =>
    startNightlight({ simulate: false, security: { ...OPEN_ON_LOOPBACK, usersDir: dir } });

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "nightlight-updates-"));
    nightlight = await start();
    witness = await Witness.connect(nightlight.brokerUrl);
  });

  afterEach(async () => {
    await board?.device.stop();
    board = undefined;
    await witness.stop();
    await nightlight.stop();
    rmSync(dir, { recursive: true });
  });

  async function startBoard(key: string): Promise<TestDevice> {
    board = await startDevice(ID, nightlight.brokerUrl, {
      settings: { UPDATE_KEY: key },
      bytecode: await olderProgram(),
    });
    await witness.sees(`${ID}/state`, /"program":/);
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

  async function over(): Promise<UpdateView> {
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
    // Somebody else wants the same.
    expect(await update()).toBe(202);
    const { step, lines } = await over();
    expect(step, lines.at(-1)?.text).toBe("confirmed");
    const name = hashOf(padded(await compileFirmware())).slice(0, 8);
    await witness.sees(`${ID}/state`, new RegExp(`"program":"${name}"\\}$`));
    expect(log.slice(from)).toContain("Update confirmed");
    expect(log.slice(from)).toContain("Reading acknowledged");
    expect(log.filter((line) => /^Update \d+: leaving/.test(line))).toHaveLength(1);
    expect(panics).toEqual([]);
  });

  it("is refused by a device that has another key", async () => {
    new UpdateKeys(dir).ensure(ID);
    await startBoard(randomBytes(32).toString("hex"));
    await update();
    const { step, lines } = await over();
    expect(step).toBe("failed");
    expect(lines.at(-1)?.text).toBe("refused by the device: sealed with another key, or altered");
  });
});
