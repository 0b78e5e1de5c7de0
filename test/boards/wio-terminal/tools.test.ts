import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PROGRAM_LINES, RUNTIME_LINES } from "../../../boards/log-lines";
import { sendProgram } from "../../../boards/tools/usb/deploy";
import { insist } from "../../../boards/tools/usb/pipe";
import { QEMU } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { HOME, startNightlightBoard } from "../../../boards/wio-terminal/emulator/nightlight-board";
import { QemuBoard } from "../../../boards/wio-terminal/emulator/qemu-board";
import {
  ControlCmd,
  type JDBus,
  type JDService,
  SettingsClient,
  SRV_CONTROL,
  SRV_DEVICE_SCRIPT_MANAGER,
  SRV_SETTINGS,
  SRV_WIFI,
  WifiCmd,
} from "../../../server/simulator/jacdac";
import { Checkout } from "../../support/checkout";
import { Mosquitto } from "../../support/mosquitto";
import { PseudoPort } from "../../support/pseudo-port";
import { until } from "../../support/until";
import { Witness } from "../../support/witness";
import { openBus, untilService } from "./line-bus";
import { program } from "./programs";

/** Identity in the board's USB descriptors. The serial number marks it as a DeviceScript board. */
const USB = { vendor: "Seeed", vendorId: "2886", productId: "802d", serialNumber: "JD0001" };

let broker: Mosquitto;
let witness: Witness;
let board: QemuBoard;
let bus: JDBus | undefined;

beforeAll(async () => {
  broker = await Mosquitto.start();
  witness = await Witness.connect(broker.url);
});
afterAll(async () => {
  await witness.stop();
  await broker.stop();
});
afterEach(async () => {
  await bus?.stop();
  bus = undefined;
  await board.stop();
});

async function service(serviceClass: number): Promise<JDService> {
  if (!bus) throw new Error("no bus is open");
  return await untilService(bus, serviceClass);
}

async function restart(): Promise<void> {
  const { device } = await service(SRV_DEVICE_SCRIPT_MANAGER);
  const [control] = device.services({ serviceClass: SRV_CONTROL });
  const from = board.log.length;
  await control?.sendCmdAsync(ControlCmd.Reset);
  await board.untilLogged(RUNTIME_LINES.banner, { from });
}

const telemetryOf = (id: string): number => witness.payloads(`${id}/telemetry`).length;

describe("npm run deploy:wio", () => {
  let checkout: Checkout;
  let port: PseudoPort;
  /** All bytes that the board sent on its line. */
  let said: Buffer;

  beforeEach(async () => {
    checkout = new Checkout();
    port = await PseudoPort.plugIn(USB);
    const { elf } = await linkImage(QEMU);
    board = await QemuBoard.start({ elf, network: HOME });
    said = Buffer.alloc(0);
    board.line.onData = (bytes) => {
      said = Buffer.concat([said, bytes]);
      port.write(bytes);
    };
    port.onData = (bytes) => board.line.write(bytes);
  });
  afterEach(async () => {
    await port.unplug();
    checkout.remove();
  });

  it("gives a new board a program and its network", async () => {
    await board.untilLogged(RUNTIME_LINES.noProgram);
    checkout.write(
      ".env.local",
      `ID=wio-usb\nWIFI_SSID=home\nWIFI_PWD="good night"\nBROKER=mqtt://broker.home:${broker.port}\n`,
    );
    const { code, stdout, stderr } = await checkout.run("deploy-wio", [], port.env);
    expect(stderr).toBe("");
    expect(stdout).toContain("The nightlight is connected.");
    expect(code).toBe(0);
    await until("telemetry", () => telemetryOf("wio-usb") > 0);

    // All settings survive a reset.
    bus = await openBus(board.line);
    await restart();
    const before = telemetryOf("wio-usb");
    await until("telemetry after the reset", () => telemetryOf("wio-usb") > before);
    expect(board.log.join("\n")).not.toContain("good night");
    expect(said.includes("good night")).toBe(false);
  });

  it("finds a board that answers late and then sends seldom, as on a busy computer", async () => {
    checkout.write(".env.local", "WIFI_SSID=home\nBROKER=mqtt://broker.example\n");
    // The bus library's own transport gives up after 2 s without an answer, and afterwards after 1 s
    // without a frame.
    const [LATE_MS, SILENT_MS] = [3_000, 1_600];
    let firstMs: number | undefined;
    port.onData = (bytes) => {
      firstMs ??= performance.now();
      if (performance.now() - firstMs > LATE_MS) board.line.write(bytes);
    };
    let waiting = Buffer.alloc(0);
    let sentMs = -Infinity;
    board.line.onData = (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      if (performance.now() - sentMs < SILENT_MS) return;
      port.write(waiting);
      waiting = Buffer.alloc(0);
      sentMs = performance.now();
    };
    const tool = checkout.tool("deploy-wio", [], port.env);
    try {
      await tool.untilPrinted("sending the program");
    } finally {
      await tool.stop();
    }
  });

  it("reports in one line what it can't do", async () => {
    const settings = (broker: string): void =>
      checkout.write(".env.local", `WIFI_SSID=home\nWIFI_PWD="good night"\nBROKER=${broker}\n`);
    settings("mqtts://broker.example");
    expect(await checkout.run("deploy-wio", [], port.env)).toMatchObject({
      code: 1,
      stderr: "nightlight: .env.local: BROKER: the Wio Terminal has no TLS: use mqtt://\n",
    });
    settings("mqtt://broker.example");
    expect(await checkout.run("deploy-wio", ["--port", "/dev/nowhere"], port.env)).toMatchObject({
      code: 1,
      stderr: `nightlight: --port: no port /dev/nowhere: there is ${port.path} (Seeed)\n`,
    });
  });
});

describe("a board on the line", () => {
  beforeEach(async () => {
    board = await startNightlightBoard({ id: "wio-line", broker: broker.url });
    bus = await openBus(board.line);
  });

  it("runs a changed program, also after a reset", async () => {
    const manager = await service(SRV_DEVICE_SCRIPT_MANAGER);
    await board.untilLogged(`> ${PROGRAM_LINES.connected}`);
    await sendProgram(manager, { bytecode: program("button"), settings: {} });
    await board.untilLogged("> buttons are watched");
    const from = board.log.length;
    await restart();
    await board.untilLogged("> buttons are watched", { from });
    expect(board.log.slice(from).join("\n")).not.toContain("mgr: deploy");
  });

  it("takes its network from the settings service, and shows the password nowhere", async () => {
    await board.untilLogged(RUNTIME_LINES.wifiUp);
    const client = new SettingsClient(await service(SRV_SETTINGS));
    const set = async (name: string, value: string): Promise<void> =>
      await insist(() => client.setValue(name, new TextEncoder().encode(JSON.stringify(value))));
    let from = board.log.length;
    await set("WIFI_SSID", "elsewhere");
    await board.untilLogged(RUNTIME_LINES.wifi + RUNTIME_LINES.joinFailed, { from });
    from = board.log.length;
    await set("WIFI_SSID", "home");
    await set("WIFI_PWD", "wrong one");
    await board.untilLogged(RUNTIME_LINES.wifi + RUNTIME_LINES.joinFailed, { from });
    from = board.log.length;
    await set("WIFI_PWD", "good night");
    await board.untilLogged(RUNTIME_LINES.wifiUp, { from });
    expect(await client.getValue("ID")).not.toHaveLength(0);
    for (const name of ["WIFI_SSID", "WIFI_PWD", "nl_wifi"])
      expect(await client.getValue(name)).toHaveLength(0);
    expect(board.log.join("\n")).not.toMatch(/good night|wrong one/);
  });

  it("takes its network from the Wi-Fi service, and forgets it", async () => {
    await board.untilLogged(RUNTIME_LINES.wifiUp);
    const wifi = await service(SRV_WIFI);
    let from = board.log.length;
    const add = async (...network: string[]): Promise<void> =>
      await insist(() => wifi.sendCmdPackedAsync(WifiCmd.AddNetwork, network, true));
    await add("home", "wrong one");
    await board.untilLogged(RUNTIME_LINES.wifi + RUNTIME_LINES.joinFailed, { from });
    await add("home", "good night");
    await board.untilLogged(RUNTIME_LINES.wifiUp, { from });
    from = board.log.length;
    // On a slow machine, a join with the wrong password may also have cut the coprocessor's power
    // by now.
    const { powerUps } = board.coprocessor;
    await insist(() => wifi.sendCmdAsync(WifiCmd.ForgetAllNetworks, undefined, true));
    await board.untilLogged(RUNTIME_LINES.noNetwork, { from });
    from = board.log.length;
    await add("home", "good night");
    await board.untilLogged(RUNTIME_LINES.wifiUp, { from });
    expect(board.coprocessor.powerUps).toBe(powerUps + 1);
  });
});
