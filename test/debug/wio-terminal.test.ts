import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Checkout } from "../support/checkout";
import { Dap } from "../support/dap";
import { Devtools } from "../support/devtools";
import { lockDevtools } from "../support/lock";
import { Mosquitto } from "../support/mosquitto";
import { PseudoPort } from "../support/pseudo-port";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import type { EmulatedBoard } from "../wio/emulated-board";
import { startNightlightBoard } from "../wio/nightlight-board";

/** The CLI can't be told another one. */
const DAP_PORT = 8083;
const TELEMETRY = "cadence.report(nowMs, light)";
/** The virtual machine's, on the emulated board: QEMU's serial number. */
const DEVICE = "314f4957554d4551";
/** A board of the tools by its serial number, as their vendor list has no Seeed. */
const USB = { vendor: "Seeed", vendorId: "2886", productId: "802d", serialNumber: "JD0001" };

/** What VS Code does with a board that is plugged in, with the CLI's own server and adapter. */
describe("the DeviceScript tools, with a Wio Terminal on a serial port", () => {
  let unlock: () => Promise<void>;
  let checkout: Checkout;
  let broker: Mosquitto;
  let witness: Witness;
  let board: EmulatedBoard;
  let port: PseudoPort;
  let devtools: Devtools;
  let dap: Dap;

  beforeAll(async () => {
    unlock = await lockDevtools();
    checkout = new Checkout();
    broker = await Mosquitto.start();
    witness = await Witness.connect(broker.url);
    port = await PseudoPort.plugIn(USB);
    board = await startNightlightBoard({ id: "first", broker: broker.url });
    board.line.onData = (bytes) => port.write(bytes);
    port.onData = (bytes) => board.line.write(bytes);
    await checkout.run("prepare");
    devtools = await Devtools.connect(
      checkout.devicescriptWith(port.env, "devtools", "--vscode", "--serial"),
    );
  }, 300_000);

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
    await until("the board on the tools' bus", () => devtools.managers() > 0);
  });

  it("pass a program and settings on to it", { timeout: 120_000 }, async () => {
    const settings = { ID: "debug-wio", BROKER: broker.url };
    await devtools.send(settings, DEVICE);
    await board.logged("as debug-wionightlight_client");
    await board.logged("> Connected");
  });

  it("stop it on a breakpoint, and let it go on", async () => {
    const file = join(checkout.dir, "src/nightlight.ts");
    const source = checkout.read("src/nightlight.ts").toString().split("\n");
    const line = source.findIndex((text) => text.includes(TELEMETRY)) + 1;
    dap = await Dap.connect(DAP_PORT);
    await dap.request("initialize", { adapterID: "devicescript", pathFormat: "path" });
    await dap.request("launch", { deviceId: DEVICE, stopOnEntry: false });
    await dap.event("initialized", 0);
    const breakpoints = { source: { path: file }, breakpoints: [{ line }] };
    expect(await dap.request("setBreakpoints", breakpoints)).toMatchObject({
      breakpoints: [{ verified: true, line }],
    });
    const from = dap.events.length;
    await dap.request("configurationDone");
    const { reason, threadId } = await dap.event("stopped", from);
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
