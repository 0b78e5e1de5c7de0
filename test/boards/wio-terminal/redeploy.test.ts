import { afterEach, beforeEach, expect, it } from "vitest";
import { PROGRAM_LINES, RUNTIME_LINES } from "../../../boards/log-lines";
import { compileFirmware } from "../../../boards/tools/firmware/compile";
import { sendProgram } from "../../../boards/tools/usb/deploy";
import { makePackage } from "../../../boards/wio-terminal/build/package";
import type { Settings } from "../../../server/setup/settings";
import {
  addServer,
  DeviceScriptManagerCmd,
  DeviceScriptManagerReg,
  type JDBus,
  type JDService,
  JDServiceServer,
  OutPipe,
  SRV_DEVICE_SCRIPT_MANAGER,
} from "../../../server/simulator/jacdac";
import { Mosquitto } from "../../support/mosquitto";
import { openBus, untilService } from "./line-bus";
import { UsbBoard } from "./usb-board";

/** Class of a Jacdac service that no program here looks for. */
const UNUSED_CLASS = 0x1fff_fff1;

let broker: Mosquitto;
let bytecode: Uint8Array;
let settings: Settings;
let board: UsbBoard;
let bus: JDBus;
let manager: JDService;

beforeEach(async () => {
  broker = await Mosquitto.start();
  bytecode = await compileFirmware();
  settings = {
    ID: "again",
    BROKER: `mqtt://broker.home:${broker.port}`,
    WIFI_SSID: "home",
    WIFI_PWD: "good night",
  };
  board = await UsbBoard.start(makePackage(bytecode, settings));
  await board.untilLogged(`> ${PROGRAM_LINES.connected}`);
  bus = await openBus(board);
  manager = await untilService(bus, SRV_DEVICE_SCRIPT_MANAGER);
});

afterEach(async () => {
  await bus.stop();
  await board.stop();
  await broker.stop();
});

it("accepts programs repeatedly, and releases the memory of the previous one", async () => {
  for (let time = 0; time < 3; time++) {
    const from = board.log.length;
    await sendProgram(manager, { bytecode, settings });
    await board.untilLogged(`> ${PROGRAM_LINES.connected}`, from);
    expect(board.board.coprocessor.sockets.open).toBe(1);
  }
  expect(board.plugs).toBe(1);
});

it("starts a program again after other data has been allocated in its heap's memory", async () => {
  const run = async (value: boolean): Promise<void> =>
    await manager.register(DeviceScriptManagerReg.Running).sendSetBoolAsync(value, true);
  for (let time = 0; time < 5; time++) {
    await run(false);
    // The board allocates memory for each device on the bus, and keeps that memory while the device
    // exists.
    addServer(bus, `device ${time}`, new JDServiceServer(UNUSED_CLASS));
    const from = board.log.length;
    await board.untilLogged("device created", from);
    await run(true);
    await board.untilLogged(`> ${PROGRAM_LINES.connected}`, from);
  }
  expect(board.plugs).toBe(1);
});

it("returns to the previous program if a new one is interrupted", async () => {
  const cutOff = new Error("cut off");
  const from = board.log.length;
  const sending = OutPipe.sendBytes(
    manager,
    DeviceScriptManagerCmd.DeployBytecode,
    bytecode,
    (share) => {
      if (share > 0.5) throw cutOff;
    },
  );
  await expect(sending).rejects.toBe(cutOff);
  await board.untilLogged(RUNTIME_LINES.deployCutOff, from);
  await board.untilLogged(`> ${PROGRAM_LINES.connected}`, from);
});
