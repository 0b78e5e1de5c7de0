import { afterEach, expect, it, vi } from "vitest";
import { RUNTIME_LINES } from "../../boards/log-lines";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { Firmware } from "../../server/firmware";
import { hashOf, padProgram } from "../../server/updates/upload";
import { programName } from "../../src/common/update";
import { olderProgram } from "../support/older-program";
import { seededRandom } from "../support/random";
import { until } from "../support/until";
import { PLACES, UpdateMeter } from "../support/update-meter";
import { WioWithServer } from "../support/wio-with-server";

const ID = "chip-6";
/** Number of power cuts. NIGHTLIGHT_CHIP_CUTS=N makes N cuts, at other places for each N. */
const CUTS = Number(process.env["NIGHTLIGHT_CHIP_CUTS"] ?? PLACES.length);
/**
 * Time after which the server repeats the order to a device that has not fetched its program, ms.
 */
const ASKED_AGAIN_MS = 91_000;

interface Program {
  bytes: Uint8Array;
  name: string;
  /** Line that the program logs when the server has received a reading. */
  says: string;
}

let wio: WioWithServer;
let skippedMs = 0;

afterEach(async () => {
  vi.restoreAllMocks();
  await wio.stop();
});

function programOf(bytes: Uint8Array, says: string): Program {
  return { bytes, says, name: programName(hashOf(padProgram(bytes))) };
}

async function running(): Promise<string | undefined> {
  return (await wio.nightlight.device(ID))?.state?.program;
}

async function server(): Promise<{ step: string | undefined; lines: string }> {
  const { step, lines = [] } = (await wio.job()) ?? {};
  return { step, lines: lines.map(({ text }) => text).join("\n") };
}

async function isOver(): Promise<boolean> {
  return /confirmed|failed/.test((await server()).step ?? "");
}

/**
 * Waits until the board has started again.
 * @returns true if the new program runs after the power cut, false if the old program does
 */
async function untilBack(old: Program, next: Program): Promise<boolean> {
  const { board } = wio;
  const from = board.wio.log.length;
  const says = (text: string) => board.wio.log.slice(from).some((line) => line.includes(text));
  await board.until("a program is well", () => says(old.says) || says(next.says));
  const isNew = says(next.says);
  // The SHA-256 that the runtime has computed over the running program shows that the program is
  // complete.
  await until("its state", async () => (await running()) === (isNew ? next : old).name);
  const { step, lines } = await server();
  expect(step, lines).not.toBe("failed");
  if (!isNew) {
    expect(step, lines).not.toMatch(/trial|confirmed/);
    skippedMs += ASKED_AGAIN_MS;
  }
  return isNew;
}

/**
 * Runs an update with a power cut.
 * @returns true if the new program ran after the cut, false if the old program did
 */
async function update(old: Program, next: Program, meter: UpdateMeter): Promise<boolean> {
  vi.spyOn(Firmware.prototype, "programFor").mockResolvedValue(next.bytes);
  const from = wio.board.wio.log.length;
  expect(await wio.update()).toBe(202);
  await until("the power is cut", async () => meter.hasCut || (await isOver()));
  const isNew = meter.hasCut && (await untilBack(old, next));
  await until("the update is over", isOver);
  const { step, lines } = await server();
  expect(step, lines).toBe("confirmed");
  // The runtime confirms the trial within a second. Until then it accepts no other program.
  await wio.board.untilLogged(RUNTIME_LINES.trialConfirmed, from);
  expect(await running()).toBe(next.name);
  meter.stop();
  return isNew;
}

it("a power cut during an update leaves the old program or the new one, and the update continues", async () => {
  const programs = [
    programOf(await compileFirmware(), "Reading acknowledged"),
    programOf(await olderProgram(), "Reading ACKNOWLEDGED"),
  ] as const;
  const [first, second] = programs;
  wio = await WioWithServer.start(ID, first.bytes, { speed: Infinity });
  const realNow = Date.now.bind(Date);
  vi.spyOn(Date, "now").mockImplementation(() => realNow() + skippedMs);
  await wio.board.untilLogged(first.says);
  // The first update is not cut. It counts the packets and the writes of an update.
  const whole = new UpdateMeter(wio.board);
  await update(first, second, whole);
  const random = seededRandom(CUTS);
  const outcomes: string[] = [];
  let [old, next] = [second, first];
  while (outcomes.length < CUTS) {
    const place = PLACES[outcomes.length % PLACES.length] ?? "order";
    const count = whole.counts[place];
    // A setting that already has its value is not written again, so a later update may have fewer
    // writes than `count`.
    const at = 1 + Math.floor(random() * count);
    const meter = new UpdateMeter(wio.board, { place, at, late: 1.5 * random() });
    const isNew = await update(old, next, meter);
    if (meter.hasCut) outcomes.push(`${place} ${at} of ${count}: ${isNew ? "new" : "old"}`);
    [old, next] = [next, old];
  }
  // If only one of the two outcomes occurs, all cuts came too early, or all too late.
  expect(new Set(outcomes.map((text) => text.slice(-3))), outcomes.join("\n")).toEqual(
    new Set(["old", "new"]),
  );
});
