import { afterEach, describe, expect, it } from "vitest";
import { RUNTIME_LINES } from "../../../boards/log-lines";
import { sendProgram } from "../../../boards/tools/usb/deploy";
import { makePackage } from "../../../boards/wio-terminal/build/package";
import { StaysInBootloader } from "../../../boards/wio-terminal/emulator/chip/bootloader";
import {
  BadDescriptor,
  readDescription,
} from "../../../boards/wio-terminal/emulator/chip/usb-descriptors";
import { UsbStall } from "../../../boards/wio-terminal/emulator/chip/usb-host";
import {
  ControlCmd,
  type JDBus,
  SRV_CONTROL,
  SRV_DEVICE_SCRIPT_MANAGER,
} from "../../../server/simulator/jacdac";
import { Checkout } from "../../support/checkout";
import { Mosquitto } from "../../support/mosquitto";
import { PseudoPort } from "../../support/pseudo-port";
import { until } from "../../support/until";
import { Witness } from "../../support/witness";
import { openBus, untilService } from "./line-bus";
import { program } from "./programs";
import { UsbBoard } from "./usb-board";

const DEVICE_QUALIFIER = { type: 0x80, request: 6, value: 0x0600, length: 10 };
const SET_REMOTE_WAKEUP = { type: 0, request: 3, value: 1 };
const SEND_BREAK = { type: 0x21, request: 0x23, value: 0xffff };
const VENDOR_REQUEST = { type: 0xc0, request: 0x51, length: 4 };

const DOWN = "> button A went down\r\n";
const UP = "> button A came up\r\n";

const packed = (): Buffer => makePackage(program("button"), { ID: "usb" });

describe("the board at a computer's USB socket", () => {
  let board: UsbBoard;
  let bus: JDBus | undefined;

  afterEach(async () => {
    await bus?.stop();
    bus = undefined;
    await board.stop();
  });

  const untilPlugged = async (times = 1): Promise<void> =>
    await board.until("the serial port is there", () => board.plugs >= times);

  const untilHeard = async (text: string, from: number): Promise<void> =>
    await board.until(`"${text.trim()}" on the port`, () => board.said.includes(text, from));

  /** Starts the board with the program "button", and waits until it logs nothing more. */
  const untilQuiet = async (): Promise<void> => {
    board = await UsbBoard.start(packed());
    await untilPlugged();
    await untilHeard("> buttons are watched\r\n", 0);
  };

  const keepsALineWithoutCable = async (): Promise<void> => {
    const [from, fromLine] = [board.said.length, board.log.length];
    board.host.unplug();
    board.board.setButton("a", true);
    await board.untilLogged(DOWN.trim(), fromLine);
    await board.host.enumerate();
    expect(board.said.length).toBe(from);
    await board.host.open();
    await untilHeard(DOWN, from);
    board.board.setButton("a", false);
    await untilHeard(UP, from);
    expect(board.said.subarray(from).toString()).toBe(DOWN + UP);
  };

  it("is a standard serial port, with an identity that the tools know", async () => {
    board = await UsbBoard.start(packed());
    await untilPlugged();
    expect(board.host.description).toMatchObject({ vendorId: 0x2886, productId: 0x802d });
    expect(board.host.strings).toMatchObject({
      vendor: "Seeed Studio",
      product: "Nightlight on Wio Terminal",
      serial: expect.stringMatching(/^JD[0-9A-F]{16}$/) as string,
    });
    // The emulated host accepts the descriptors, and rejects them if a byte in any of these places
    // is changed.
    const get = { type: 0x80, request: 6 };
    const device = await board.host.control({ ...get, value: 0x0100, length: 18 });
    const configuration = await board.host.control({ ...get, value: 0x0200, length: 75 });
    const changed = (bytes: Uint8Array, at: number): Uint8Array =>
      bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
    for (const at of [0, 1, 2, 4, 7, 17])
      expect(() => readDescription(changed(device, at), configuration)).toThrow(BadDescriptor);
    for (const at of [0, 2, 4, 7, 9, 17, 21, 45, 56])
      expect(() => readDescription(device, changed(configuration, at))).toThrow(BadDescriptor);
  });

  it("shows the console from its first line", async () => {
    board = await UsbBoard.start(packed());
    await board.until("a line of the program", () => board.said.includes("buttons are watched"));
    const lines = board.said.toString().split("\r\n");
    expect(lines[0]).toBe(RUNTIME_LINES.banner);
    expect(lines.join()).not.toContain(RUNTIME_LINES.linesLost);
  });

  it("keeps its output while the cable is unplugged, for the next program that opens the port", async () => {
    await untilQuiet();
    await keepsALineWithoutCable();
    await keepsALineWithoutCable();
  });

  it("keeps its output while the computer sleeps, and has the port open afterwards", async () => {
    await untilQuiet();
    for (let sleeps = 0; sleeps < 2; sleeps++) {
      const [from, fromLine] = [board.said.length, board.log.length];
      board.host.suspend();
      board.board.setButton("a", true);
      await board.untilLogged(DOWN.trim(), fromLine);
      await board.host.resume();
      await untilHeard(DOWN, from);
      board.board.setButton("a", false);
      await untilHeard(UP, from);
      expect(board.said.subarray(from).toString()).toBe(DOWN + UP);
    }
    await keepsALineWithoutCable();
  });

  it("has the port open after a sleep whose start and end it notices together", async () => {
    await untilQuiet();
    const { usb } = board.board;
    const from = board.said.length;
    usb.suspend();
    usb.wakeUp();
    usb.endOfResume();
    board.board.setButton("a", true);
    await untilHeard(DOWN, from);
    board.board.setButton("a", false);
    await untilHeard(UP, from);
    await keepsALineWithoutCable();
  });

  it("refuses unknown requests, and continues", async () => {
    board = await UsbBoard.start(packed());
    await untilPlugged();
    for (const request of [DEVICE_QUALIFIER, SET_REMOTE_WAKEUP, SEND_BREAK, VENDOR_REQUEST])
      await expect(board.host.control(request)).rejects.toThrow(UsbStall);
    const status = await board.host.control({ type: 0x80, request: 0, length: 2 });
    expect([...status]).toEqual([0, 0]);
    await board.host.enumerate();
    await board.host.open();
    const coding = await board.host.control({ type: 0xa1, request: 0x21, length: 7 });
    expect(Buffer.from(coding).readUInt32LE(0)).toBe(115_200);
  });

  it("runs a program sent to it, also after a reset", async () => {
    board = await UsbBoard.start();
    await board.untilLogged(RUNTIME_LINES.noProgram);
    await untilPlugged();
    bus = await openBus(board);
    await sendProgram(await untilService(bus, SRV_DEVICE_SCRIPT_MANAGER), {
      bytecode: program("button"),
      settings: { ID: "new" },
    });
    await board.untilLogged("> buttons are watched");
    const { device } = await untilService(bus, SRV_DEVICE_SCRIPT_MANAGER);
    const [control] = device.services({ serviceClass: SRV_CONTROL });
    const from = board.log.length;
    await control?.sendCmdAsync(ControlCmd.Reset);
    await untilPlugged(2);
    await board.untilLogged("> buttons are watched", from);
    expect(board.log.slice(from).join("\n")).not.toContain("mgr: deploy");
  });

  it("becomes a nightlight by `npm run deploy:wio`", async () => {
    board = await UsbBoard.start();
    await untilPlugged();
    const { vendor, serial: serialNumber } = board.host.strings;
    const usb = { vendor, vendorId: "2886", productId: "802d", serialNumber };
    const port = await PseudoPort.plugIn(usb);
    const broker = await Mosquitto.start();
    const witness = await Witness.connect(broker.url);
    const checkout = new Checkout();
    try {
      board.onData = (bytes) => port.write(bytes);
      port.onData = (bytes) => board.write(bytes);
      checkout.write(
        ".env.local",
        `ID=chip\nWIFI_SSID=home\nWIFI_PWD="good night"\nBROKER=mqtt://broker.home:${broker.port}\n`,
      );
      const { stdout, stderr } = await checkout.run("deploy-wio", [], port.env);
      expect(stderr).toBe("");
      expect(stdout).toContain("The nightlight is connected.");
      await board.until("telemetry", () => witness.payloads("chip/telemetry").length > 0);
      expect(board.said.includes("good night")).toBe(false);
    } finally {
      checkout.remove();
      await port.unplug();
      await witness.stop();
      await broker.stop();
    }
  });

  it("enters its bootloader when the port is closed at 1200 baud", async () => {
    board = await UsbBoard.start(packed());
    await untilPlugged();
    await board.host.setBaud(1200);
    expect(board.failure).toBeUndefined();
    await board.host.close();
    await until("the end of the program", () => board.failure !== undefined);
    expect(board.failure).toBeInstanceOf(StaysInBootloader);
    expect(String(board.failure)).toContain("requested by the application");
  });
});
