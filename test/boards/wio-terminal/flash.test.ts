import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { readMemory } from "../../../boards/tools/image/uf2";
import { QEMU, WIO } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { PACKAGE_ADDRESS } from "../../../boards/wio-terminal/build/package";
import { RUNTIME_FILE } from "../../../boards/wio-terminal/build/runtime-image";
import { APP_START_ADDRESS, uf2OfElf } from "../../../boards/wio-terminal/build/uf2";
import { QemuBoard } from "../../../boards/wio-terminal/emulator/qemu-board";
import { ProgramKey } from "../../../server/setup/program-key";
import { Checkout } from "../../support/checkout";
import { PortList } from "../../support/port-list";
import { Program } from "../../support/program";
import { PseudoPort } from "../../support/pseudo-port";
import { until } from "../../support/until";
import { BOOTLOADER, Drive, TOUCH_BAUD, WIO_USB } from "./drive";

/**
 * USB identity of a board that runs the nightlight. A board that runs an Arduino program has
 * another serial number.
 */
const OURS = { serialNumber: "JD0000000000000001" };

/**
 * No board was available. A folder stands in for the bootloader's drive. The port is a
 * pseudo-terminal, and the real runtime answers on it.
 */
describe("npm run flash:wio", () => {
  let checkout: Checkout;
  let port: PseudoPort;
  let drive: Drive;
  let image: string;

  beforeEach(async () => {
    checkout = new Checkout();
    port = await PseudoPort.plugIn(WIO_USB);
    drive = new Drive();
    image = join(checkout.dir, "image.uf2");
    writeFileSync(image, uf2OfElf((await linkImage(WIO)).elf));
  });
  afterEach(async () => {
    await port.unplug();
    checkout.remove();
  });

  const stopping = (tool: Program): Program => {
    onTestFinished(async () => {
      await tool.stop();
    });
    return tool;
  };
  const flash = (...args: string[]) =>
    stopping(
      checkout.tool(
        "../wio-terminal/tools/flash",
        [
          ...(args.includes("--image") ? [] : ["--image", image]),
          ...["--drive", drive.dir, ...args],
        ],
        port.env,
      ),
    );

  /** Runs the tool in a terminal, where it can ask questions. */
  const flashInTerminal = () => {
    const tool = ["--import", "tsx", "boards/wio-terminal/tools/flash.ts"];
    const line = [process.execPath, ...tool, "--image", image, "--drive", drive.dir].join(" ");
    const options = { cwd: checkout.dir, env: port.env };
    return stopping(new Program("script", ["-qec", line, "/dev/null"], options));
  };
  const plugInAnother = async (): Promise<PseudoPort> => {
    const another = await PseudoPort.plugIn({ ...WIO_USB, serialNumber: "0002" });
    onTestFinished(async () => await another.unplug());
    return another;
  };
  const startBootloader = async (ports: PortList): Promise<void> => {
    await until("the port was opened at 1200 baud", () => port.baud === TOUCH_BAUD);
    ports.show(port, BOOTLOADER);
    drive.appear();
  };
  const untilCopied = async (): Promise<void> => {
    await until("the image is on the drive", () => drive.image !== undefined);
  };
  const endBootloader = (ports: PortList): void => {
    ports.hide(port);
    drive.goAway();
  };
  /** Starts the board, and waits until the tool has shown the board's output. */
  const startBoard = async (ports: PortList, tool: Program): Promise<string> => {
    const { elf } = await linkImage(QEMU);
    const board = await QemuBoard.start({ elf });
    try {
      board.line.onData = (bytes) => port.write(bytes);
      port.onData = (bytes) => board.line.write(bytes);
      ports.show(port, OURS);
      await tool.untilPrinted(/^ {2}device created: /m);
      const { code, stdout, stderr } = await tool.end;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return stdout;
    } finally {
      await board.stop();
    }
  };

  it("touches the port, copies the image, and shows the board's log", async () => {
    const ports = new PortList(port);
    expect(port.baud).not.toBe(TOUCH_BAUD);
    const tool = flash();
    await startBootloader(ports);
    await untilCopied();
    expect(drive.image?.equals(readFileSync(image))).toBe(true);
    endBootloader(ports);
    const stdout = await startBoard(ports, tool);
    expect(stdout).toMatch(/asking the board to restart into its bootloader\n/);
    expect(stdout).toMatch(/: copying \d{6} bytes\n/);
  });

  it("waits until the named port is back", async () => {
    const ports = new PortList(port);
    const tool = flash("--port", port.path);
    await startBootloader(ports);
    await untilCopied();
    endBootloader(ports);
    await tool.untilPrinted("waiting for the board to start");
    await ports.untilReadBy(tool);
    await startBoard(ports, tool);
  });

  it("asks once which board to use, and mistakes no other board for it", async () => {
    const another = await plugInAnother();
    const ports = new PortList(port, another);
    const heard: Buffer[] = [];
    another.onData = (bytes) => heard.push(bytes);
    const tool = flashInTerminal();
    await tool.untilPrinted("Which one? ");
    tool.type("1\n");
    await startBootloader(ports);
    await untilCopied();
    endBootloader(ports);
    await tool.untilPrinted("waiting for the board to start");
    await ports.untilReadBy(tool);
    const stdout = await startBoard(ports, tool);
    expect(stdout.match(/Several boards are plugged in/g)).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  it("mistakes no other board for one that was in its bootloader", async () => {
    const another = await plugInAnother();
    const ports = new PortList(port, another);
    const heard: Buffer[] = [];
    another.onData = (bytes) => heard.push(bytes);
    ports.show(port, BOOTLOADER);
    drive.appear();
    const tool = flash();
    await untilCopied();
    endBootloader(ports);
    await tool.untilPrinted("waiting for the board to start");
    await ports.untilReadBy(tool);
    await startBoard(ports, tool);
    expect(heard).toEqual([]);
  });

  it.each([["touched"], ["in its bootloader already"]])(
    "does not need the drive to disappear if the board is back that was %s",
    async (before) => {
      const ports = new PortList(port);
      if (before !== "touched") {
        ports.show(port, BOOTLOADER);
        drive.appear();
      }
      const tool = flash();
      if (before === "touched") await startBootloader(ports);
      await untilCopied();
      await ports.untilReadBy(tool);
      expect(tool.output).not.toContain("The image is on the board");
      await startBoard(ports, tool);
    },
  );

  it("reports in one line what is missing", async () => {
    await port.unplug();
    port = await PseudoPort.plugIn({ ...WIO_USB, vendorId: "303a" }); // another vendor's board
    const failing = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await flash(...args).end;
      expect(code).toBe(1);
      return stderr;
    };
    expect(await failing()).toBe(
      `nightlight: no Wio Terminal found: there is ${port.path} (Espressif); plug it in, and slide its power switch down twice, quickly: a drive named Arduino appears; then run this again\n`,
    );
    expect(await failing("--image", "nowhere.uf2")).toBe(
      "nightlight: nowhere.uf2: does not exist\n",
    );
    expect(await failing("--image", checkout.dir)).toBe(
      `nightlight: ${checkout.dir}: expected a file, got a folder\n`,
    );
    const nowhere = join(checkout.dir, "nowhere");
    const { stdout } = await flash("--drive", nowhere, "--drive", checkout.dir).end;
    expect(stdout).toContain(`Warning: --drive ${nowhere}: does not exist\n`);
    expect(stdout).toContain(`Warning: --drive ${checkout.dir}: expected a Wio Terminal's boot`);
    writeFileSync(join(checkout.dir, "text.uf2"), "no image");
    expect(await failing("--image", "text.uf2")).toBe(
      "nightlight: text.uf2: expected a UF2 file\n",
    );
    expect(await failing("--board", "x")).toMatch(
      /expected one of --image, --drive, --port, --all, --ids, --data\n$/,
    );
  });

  it("makes the image itself from the runtime, the program and this computer's settings", async () => {
    const withoutImage = () =>
      stopping(checkout.tool("../wio-terminal/tools/flash", ["--drive", drive.dir], port.env));
    const { stderr } = await withoutImage().end;
    expect(stderr).toBe(
      "nightlight: .env.local: WIFI_SSID: missing, and a board has no other network\n",
    );
    const settings = { ID: "desk-1", BROKER: "mqtt://192.0.2.1:1883", WIFI_SSID: "net" };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    checkout.write(".env.local", lines.join(""));
    const ports = new PortList(port);
    ports.show(port, BOOTLOADER);
    drive.appear();
    const tool = withoutImage();
    await untilCopied();
    endBootloader(ports);
    await startBoard(ports, tool);
    const runtime = readFileSync(RUNTIME_FILE);
    const copied = drive.image ?? Buffer.alloc(0);
    const flashed = readMemory(copied, APP_START_ADDRESS);
    expect(flashed.subarray(0, runtime.length).equals(runtime)).toBe(true);
    expect(copied.toString("latin1")).toContain('ID\0"desk-1"\0');
    const signer = new ProgramKey(join(checkout.dir, ".nightlight")).publicKey();
    expect(readMemory(copied, PACKAGE_ADDRESS).subarray(32, 64)).toEqual(signer);
  });

  it("does not write to the drive of another board", async () => {
    await port.unplug();
    port = await PseudoPort.plugIn({ ...WIO_USB, vendorId: "303a" });
    drive.appear("Metro");
    expect((await flash().end).stderr).toMatch(/^nightlight: no Wio Terminal found/);
    expect(existsSync(drive.file)).toBe(false);
  });
});
