import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROGRAM_LINES } from "../../boards/log-lines";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { makePackage } from "../../boards/wio-terminal/build/package";
import { UsbBoard } from "../boards/wio-terminal/usb-board";
import { Checkout } from "../support/checkout";
import { Dap } from "../support/dap";
import { Devtools } from "../support/devtools";
import { lockDevtools } from "../support/lock";
import { Mosquitto } from "../support/mosquitto";
import { PseudoPort } from "../support/pseudo-port";
import { until } from "../support/until";
import { Witness } from "../support/witness";

/** The CLI's port, which cannot be changed. */
const DAP_PORT = 8083;
const TELEMETRY = "cadence.report(nowMs, light)";
/** Device id of the virtual machine on the emulated chip. */
const DEVICE = "b08bb42e9a08716f";

/**
 * Takes the steps that VS Code takes with a board that is plugged in, with the CLI's own server and
 * adapter.
 */
describe("the DeviceScript tools, with a Wio Terminal on a serial port", () => {
  let unlock: () => Promise<void>;
  let checkout: Checkout;
  let broker: Mosquitto;
  let witness: Witness;
  let board: UsbBoard;
  let port: PseudoPort;
  let devtools: Devtools;
  let dap: Dap;

  const url = (): string => `mqtt://broker.home:${broker.port}`;

  beforeAll(async () => {
    unlock = await lockDevtools();
    checkout = new Checkout();
    broker = await Mosquitto.start();
    witness = await Witness.connect(broker.url);
    const first = { ID: "first", BROKER: url(), WIFI_SSID: "home", WIFI_PWD: "good night" };
    board = await UsbBoard.start(makePackage(await compileFirmware(), first));
    await board.until("the serial port is there", () => board.plugs > 0);
    // The tools recognise the board by its serial number, because their list of vendors does not
    // contain Seeed.
    const { vendor, serial: serialNumber } = board.host.strings;
    port = await PseudoPort.plugIn({ vendor, vendorId: "2886", productId: "802d", serialNumber });
    board.onData = (bytes) => port.write(bytes);
    port.onData = (bytes) => board.write(bytes);
    await checkout.run("prepare");
    devtools = await Devtools.connect(
      checkout.devicescriptWith(port.env, "devtools", "--vscode", "--serial"),
    );
  });

  afterAll(async () => {
    dap.stop();
    await devtools.stop();
    await board.stop();
    await port.unplug();
    await witness.stop();
    await broker.stop();
    checkout.remove();
    await unlock();
  });

  it("find the board by themselves", async () => {
    await board.until("the board on the tools' bus", () => devtools.managers() > 0);
  });

  it("send it a program and settings", async () => {
    const settings = { ID: "debug-wio", BROKER: url() };
    // F5 reads the settings from this file.
    checkout.write(".env.local", `ID=${settings.ID}\nBROKER=${settings.BROKER}\n`);
    await devtools.send(settings, DEVICE);
    await board.untilLogged("as debug-wionightlight_client");
    await board.untilLogged(`> ${PROGRAM_LINES.connected}`);
  });

  it("change its program, as F5 does", async () => {
    const source = checkout.read("src/main.ts").toString();
    checkout.write("src/main.ts", `${source}console.log("changed");\n`);
    const from = board.log.length;
    expect(await devtools.deploy(DEVICE)).toBe("OK");
    await board.untilLogged("> changed", from);
    await board.untilLogged(`> ${PROGRAM_LINES.connected}`, from);
    expect(board.plugs).toBe(1);
  });

  it("stop it on a breakpoint, and let it continue", async () => {
    const file = join(checkout.dir, "src/nightlight.ts");
    const source = checkout.read("src/nightlight.ts").toString().split("\n");
    const line = source.findIndex((text) => text.includes(TELEMETRY)) + 1;
    dap = await Dap.connect(DAP_PORT);
    await dap.request("initialize", { adapterID: "devicescript", pathFormat: "path" });
    await dap.request("launch", { deviceId: DEVICE, stopOnEntry: false });
    await dap.untilEvent("initialized", 0);
    const breakpoints = { source: { path: file }, breakpoints: [{ line }] };
    expect(await dap.request("setBreakpoints", breakpoints)).toMatchObject({
      breakpoints: [{ verified: true, line }],
    });
    const from = dap.events.length;
    await dap.request("configurationDone");
    const { reason, threadId } = await dap.untilEvent("stopped", from);
    expect(reason).toBe("breakpoint");
    const { stackFrames } = await dap.request<{ stackFrames: { id: number; line: number }[] }>(
      "stackTrace",
      { threadId },
    );
    expect(stackFrames[0]).toMatchObject({ line, source: { path: file } });
    await dap.request("setBreakpoints", { source: { path: file }, breakpoints: [] });
    const before = witness.payloads("debug-wio/telemetry").length;
    await dap.request("continue", { threadId });
    await until(
      "telemetry after the breakpoint",
      () => witness.payloads("debug-wio/telemetry").length > before,
    );
  });
});
