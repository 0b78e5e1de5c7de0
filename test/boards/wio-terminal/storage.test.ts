import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PROGRAM_LINES, RUNTIME_LINES } from "../../../boards/log-lines";
import { compileFirmware } from "../../../boards/tools/firmware/compile";
import { sendProgram } from "../../../boards/tools/usb/deploy";
import { insist } from "../../../boards/tools/usb/pipe";
import { makePackage } from "../../../boards/wio-terminal/build/package";
import type { Settings } from "../../../server/setup/settings";
import {
  type JDBus,
  SettingsClient,
  SRV_DEVICE_SCRIPT_MANAGER,
  SRV_SETTINGS,
} from "../../../server/simulator/jacdac";
import { Mosquitto } from "../../support/mosquitto";
import { seededRandom } from "../../support/random";
import { openBus, untilService } from "./line-bus";
import { program } from "./programs";
import { UsbBoard } from "./usb-board";

const CUTS = 16;
/**
 * Length of a value, so long that the store's block is full after a few dozen values and has to be
 * moved.
 */
const VALUE_BYTES = 150;

let board: UsbBoard;
let bus: JDBus | undefined;

afterEach(async () => {
  await bus?.stop();
  bus = undefined;
  await board.stop();
});

describe("a write to the chip's flash while the board works", () => {
  let broker: Mosquitto;
  beforeEach(async () => (broker = await Mosquitto.start()));
  afterEach(async () => await broker.stop());

  it("loses no byte from the coprocessor", async () => {
    const settings: Settings = {
      ID: "busy",
      BROKER: `mqtt://broker.home:${broker.port}`,
      WIFI_SSID: "home",
      WIFI_PWD: "good night",
    };
    const bytecode = await compileFirmware();
    board = await UsbBoard.start(makePackage(bytecode, settings));
    const { chip, board: wio } = board;
    await board.untilLogged(`> ${PROGRAM_LINES.connected}`);
    bus = await openBus(board);
    const manager = await untilService(bus, SRV_DEVICE_SCRIPT_MANAGER);
    // The coprocessor raises an event in the middle of each erase.
    let erases = 0;
    let arrived = 0;
    chip.nvm.onWork = (micros) => {
      if (micros < 1000) return;
      erases += 1;
      chip.clock.at(chip.clock.nowMicros + micros / 2, () => {
        if (chip.nvm.busy) arrived += 1;
        wio.coprocessor.event();
      });
    };
    const from = board.log.length;
    await sendProgram(manager, { bytecode, settings: { ...settings, ID: "busier" } });
    await board.untilLogged(`> ${PROGRAM_LINES.connected}`, from);
    expect(erases).toBeGreaterThanOrEqual(4);
    expect(arrived).toBe(erases);
    expect(wio.link.lost).toBe(0);
    expect(board.log.slice(from).join("\n")).not.toMatch(
      new RegExp(
        [RUNTIME_LINES.coprocessorSilent, RUNTIME_LINES.bytesLost, RUNTIME_LINES.noReply].join("|"),
      ),
    );
  });
});

describe("a power cut while a setting is written", () => {
  it("leaves the old value or the new one, and all other settings", async () => {
    const random = seededRandom(11);
    board = await UsbBoard.start(makePackage(program("button"), { ID: "steady" }));
    const { chip } = board;
    const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
    const valueOf = (number: number): string => String(number).padStart(VALUE_BYTES, "x");
    let written = 0;
    const kept: string[] = [];
    for (let cut = 0; cut <= CUTS; cut++) {
      await board.until("the serial port is there", () => board.plugs > cut);
      bus = await openBus(board);
      const client = new SettingsClient(await untilService(bus, SRV_SETTINGS));
      const read = async (key: string): Promise<string> =>
        new TextDecoder().decode(await client.getValue(key));
      expect(await read("ID")).toBe('"steady"');
      if (cut > 0) {
        const value = await read("value");
        expect([valueOf(written - 1), valueOf(written)]).toContain(value);
        kept.push(value === valueOf(written) ? "new" : "old");
      }
      if (cut === CUTS) break;
      // Some values are written without a power cut. The power then fails during the next write,
      // during the store's move to its other block, or right after the write.
      const peaceful = Math.floor(random() * 6) + 1;
      for (let i = 0; i < peaceful; i++) {
        const value = encode(valueOf(++written));
        await insist(() => client.setValue("value", value));
      }
      let orders = Math.floor(random() * 12);
      const goesOff = new Promise<void>((resolve) => {
        chip.nvm.onWork = (micros) => {
          if (orders-- > 0) return;
          chip.nvm.onWork = () => undefined;
          chip.clock.at(chip.clock.nowMicros + 3 * random() * micros, () => {
            board.cyclePower();
            resolve();
          });
        };
      });
      // No answer comes after the power cut.
      client.setValue("value", encode(valueOf(++written))).catch(() => undefined);
      await goesOff;
      await bus.stop();
      bus = undefined;
    }
    // If only one of the two values occurs, all cuts came too early, or all too late.
    expect(new Set(kept)).toEqual(new Set(["old", "new"]));
  });
});
