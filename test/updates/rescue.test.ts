import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { Firmware } from "../../server/firmware";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { UpdateKeys } from "../../server/setup/update-keys";
import type { UpdatesView, UpdateView } from "../../src/common/update-api";
import { panicsOnceHeard } from "../support/changed-program";
import { startDevice, type TestDevice } from "../support/device";
import { folderForTest } from "../support/folder";
import { type Started, startNightlight } from "../support/nightlight";
import { patched } from "../support/older-program";
import { until } from "../support/until";
import { Witness } from "../support/witness";

/** The bad release that each device gets. */
const BAD: { id: string; program: () => Promise<Uint8Array> }[] = [
  // This release reads the broker's address from the setting BROKEN, whose address has no broker.
  { id: "never-connects", program: () => patched("BROKER", "BROKEN") },
  // The topic filter becomes invalid, so this release ends with an uncaught exception.
  {
    id: "panics-at-once",
    program: () => patched("nightlight/server/status", "nightlight/server/#"),
  },
  { id: "panics-once-heard", program: async () => (await panicsOnceHeard()).program },
];

let dir: string;
let nightlight: Started;
let witness: Witness;
const boards: TestDevice[] = [];

beforeEach(async () => {
  dir = folderForTest();
  const security = { ...OPEN_ON_LOOPBACK, usersDir: dir };
  nightlight = await startNightlight({ simulate: false, security });
  witness = await Witness.connect(nightlight.brokerUrl);
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const { device } of boards.splice(0)) await device.stop();
  await witness.stop();
  await nightlight.stop();
});

async function job(id: string): Promise<UpdateView | undefined> {
  const view = (await (await fetch(`${nightlight.url}/api/updates`)).json()) as UpdatesView;
  return view.updates.find((update) => update.id === id);
}

async function update(device: string, program: Uint8Array): Promise<void> {
  vi.spyOn(Firmware.prototype, "programFor").mockResolvedValue(program);
  const body = JSON.stringify({ device });
  const response = await fetch(`${nightlight.url}/api/updates`, { method: "POST", body });
  expect(await response.json()).toMatchObject({ isJoined: false });
}

const untilJobSays = (id: string, text: string) =>
  until(`${id}: ${text}`, async () => {
    return (await job(id))?.lines.some((line) => line.text.includes(text)) ?? false;
  });

/**
 * These boards have one slot for programs, as the virtual machine has, so the bad release is their
 * only program.
 */
it("a bad release is replaced over the network by the next one", async () => {
  for (const { id, program } of BAD) {
    const settings = { UPDATE_KEY: new UpdateKeys(dir).ensure(id), BROKEN: "mqtt://127.0.0.1:1" };
    boards.push(await startDevice(id, nightlight.brokerUrl, { settings }));
    await witness.untilSeen(`${id}/telemetry`, /"light"/);
    await update(id, await program());
    await untilJobSays(id, "hash checked");
  }
  for (const { id } of BAD) await untilJobSays(id, "the device came for another program");
  for (const { id } of BAD) await update(id, await compileFirmware());
  for (const { id } of BAD) {
    await until(`${id} is well`, async () => (await job(id))?.step === "confirmed");
    // Unlike the others, this device can also receive an order, if it is at its broker at that
    // time.
    if (id === "panics-once-heard") continue;
    const lines = (await job(id))?.lines.map((line) => line.text) ?? [];
    expect(lines[0]).toMatch(/^waiting: the device is offline/);
    expect(lines[1]).toMatch(
      /^the device came by itself, because it can't reach its broker; sending/,
    );
  }
});
