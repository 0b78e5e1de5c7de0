import { afterEach, expect, it, vi } from "vitest";
import { RUNTIME_LINES } from "../../boards/log-lines";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { Firmware } from "../../server/firmware";
import { Programs } from "../../server/updates/programs";
import { hashOf, padProgram } from "../../server/updates/upload";
import { programName } from "../../src/common/update";
import { panicsOnceHeard } from "../support/changed-program";
import { olderProgram } from "../support/older-program";
import { until } from "../support/until";
import { WioWithServer } from "../support/wio-with-server";

let wio: WioWithServer | undefined;

afterEach(async () => {
  vi.restoreAllMocks();
  await wio?.stop();
  wio = undefined;
});

const nameOf = (program: Uint8Array) => programName(hashOf(padProgram(program)));

it("the server updates the nightlight on the emulated chip, which confirms itself", async () => {
  wio = await WioWithServer.start("chip-9", await olderProgram());
  const { board, witness } = wio;
  await board.untilLogged("Reading ACKNOWLEDGED");
  await wio.update();
  await board.untilLogged(RUNTIME_LINES.signatureChecked);
  const checked = board.wio.log.find((line) => line.includes(RUNTIME_LINES.signatureChecked));
  // The check of the signature may stop the program's loop for no longer than the erase of a flash
  // block does, in the chip's time.
  const tookMs = Number(/(\d+) ms$/.exec(checked ?? "")?.[1]);
  expect(tookMs, checked).toBeLessThan(200);
  await board.untilLogged("Update confirmed");
  const name = nameOf(await compileFirmware());
  await witness.untilSeen("chip-9/state", new RegExp(`"program":"${name}","networks":2\\}$`));
  expect((await wio.job())?.step).toEqual("confirmed");
  await board.until("the new program obeys", () => board.wio.led);
  // The update has restarted the program only. The chip was not reset.
  expect(board.resets).toHaveLength(1);
});

/** In each trial of the bad release, one of its readings arrives 2 s before it panics. */
it("a program that panics only after connecting is taken back, and its crash is reported", async () => {
  const old = await compileFirmware();
  const bad = await panicsOnceHeard();
  wio = await WioWithServer.start("chip-8", old, { speed: 4 });
  const { board, nightlight } = wio;
  await board.untilLogged("Reading acknowledged");
  // Makes the server compile the bad release.
  vi.spyOn(Firmware.prototype, "programFor").mockResolvedValue(bad.program);
  vi.spyOn(Programs.prototype, "sourceMap").mockReturnValue(bad.places);
  const from = board.wio.log.length;
  await wio.update();
  await board.untilLogged(`${RUNTIME_LINES.takingBack}panicked twice: 60005`);
  const log = board.wio.log.slice(from).join("\n");
  expect(log.match(/Reading acknowledged/g)).toHaveLength(2);
  expect(log).not.toContain("Update confirmed");
  await until("the server knows", async () => (await wio?.job())?.step === "failed");
  expect((await wio.job())?.lines.at(-1)?.text).toBe("taken back: panicked twice: 60005");
  await wio.witness.untilSeen(
    "chip-8/state",
    new RegExp(`"program":"${nameOf(old)}".*"taken_back"`),
  );
  const { crashes } = await wio.view();
  const program = nameOf(bad.program);
  expect(crashes).toMatchObject([{ id: "chip-8", program, place: bad.place }]);
  const told = nightlight.log.filter((line) => line.includes(" crashed:"));
  // There is one line for each panic. If the server received no state without the crash in between,
  // there is one line for both panics.
  expect(told.length).toBeLessThanOrEqual(2);
  const fault = expect.stringContaining(`${program} crashed: panic 60005 at`) as string;
  expect([...new Set(told)]).toEqual([fault]);
});
