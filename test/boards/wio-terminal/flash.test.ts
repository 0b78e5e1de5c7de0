import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { readMemory } from "../../../boards/tools/image/uf2";
import { QEMU, WIO } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { RUNTIME_FILE } from "../../../boards/wio-terminal/build/runtime-image";
import { APP_START, uf2OfElf } from "../../../boards/wio-terminal/build/uf2";
import { QemuBoard } from "../../../boards/wio-terminal/emulator/qemu-board";
import { Checkout } from "../../support/checkout";
import { Program } from "../../support/program";
import { PseudoPort, type UsbIdentity } from "../../support/pseudo-port";
import { until } from "../../support/until";

const USB = { vendor: "Seeed", vendorId: "2886", productId: "802d", serialNumber: "0001" };
/** UF2: how many blocks the file has, in each of them. */
const [BLOCK_BYTES, BLOCK_COUNT_AT] = [512, 24];
const BOOTLOADER = { productId: "002d" };
/** Its serial number is not the one that it had under Arduino. */
const OURS = { serialNumber: "JD0000000000000001" };
const INFO =
  "UF2 Bootloader v3.7.0\r\nModel: Wio Terminal\r\nBoard-ID: SAMD51P19A-WioTerminal-v0\r\n";

/**
 * No board was at hand: its bootloader's drive is a folder here. The port is a pseudo-terminal, and
 * what answers on it is the real runtime.
 */
describe("npm run flash:wio", () => {
  let checkout: Checkout;
  let port: PseudoPort;
  let drive: string;
  let image: string;

  beforeEach(async () => {
    checkout = new Checkout();
    port = await PseudoPort.plugIn(USB);
    drive = mkdtempSync(join(tmpdir(), "nightlight-drive-"));
    image = join(checkout.dir, "image.uf2");
    writeFileSync(image, uf2OfElf((await linkImage(WIO)).elf));
  });
  afterEach(async () => {
    await port.unplug();
    checkout.remove();
    rmSync(drive, { recursive: true });
  });

  const info = (): string => join(drive, "INFO_UF2.TXT");
  const copied = (): string => join(drive, "nightlight.uf2");
  const isCopied = (): boolean =>
    existsSync(copied()) && statSync(copied()).size === statSync(image).size;
  const baudOf = ({ path }: PseudoPort): string =>
    execFileSync("stty", ["-F", path, "speed"], { encoding: "utf8" }).trim();
  const baud = (): string => baudOf(port);
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
        ["--image", image, "--drive", drive, ...args],
        port.env,
      ),
    );

  /** In a terminal: there somebody can be asked. */
  const flashInTerminal = () => {
    const tool = ["--import", "tsx", "boards/wio-terminal/tools/flash.ts"];
    const line = [process.execPath, ...tool, "--image", image, "--drive", drive].join(" ");
    const options = { cwd: checkout.dir, env: port.env };
    return stopping(new Program("script", ["-qec", line, "/dev/null"], options));
  };
  const plugInAnother = async (serialNumber = "0002"): Promise<PseudoPort> => {
    const another = await PseudoPort.plugIn({ ...USB, serialNumber });
    onTestFinished(async () => await another.unplug());
    return another;
  };
  const bootloaderStarts = async (ports: PortList): Promise<void> => {
    await until("the port was opened at 1200 baud", () => baud() === "1200");
    ports.show(port, BOOTLOADER);
    writeFileSync(info(), INFO);
  };
  const imageIsCopied = async (): Promise<void> => {
    await until("the image is on the drive", isCopied);
  };
  const bootloaderEnds = (ports: PortList): void => {
    ports.hide(port);
    rmSync(info());
  };
  /** Starts the board, and waits until the tool has shown what it says. */
  const boardStarts = async (ports: PortList, tool: Program): Promise<string> => {
    const { elf } = await linkImage(QEMU);
    const board = await QemuBoard.start({ elf });
    try {
      board.line.onData = (bytes) => port.write(bytes);
      port.onData = (bytes) => board.line.write(bytes);
      ports.show(port, OURS);
      await tool.says(/^ {2}device created: /m);
      const { code, stdout, stderr } = await tool.end;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return stdout;
    } finally {
      await board.stop();
    }
  };

  it("touches the port, copies, and shows what the board says", async () => {
    const ports = new PortList(port);
    expect(baud()).not.toBe("1200");
    const tool = flash();
    await bootloaderStarts(ports);
    await imageIsCopied();
    expect(readFileSync(copied()).equals(readFileSync(image))).toBe(true);
    bootloaderEnds(ports);
    const stdout = await boardStarts(ports, tool);
    expect(stdout).toMatch(/asking the board to restart into its bootloader\n/);
    expect(stdout).toMatch(/: copying \d{6} bytes\n/);
  });

  it("waits until the port that was named is back", async () => {
    const ports = new PortList(port);
    const tool = flash("--port", port.path);
    await bootloaderStarts(ports);
    await imageIsCopied();
    bootloaderEnds(ports);
    await tool.says("waiting for the board to start");
    await ports.lookedAtBy(tool);
    await boardStarts(ports, tool);
  });

  it("asks once which board, and takes no other for it", async () => {
    const another = await plugInAnother();
    const ports = new PortList(port, another);
    const heard: Buffer[] = [];
    another.onData = (bytes) => heard.push(bytes);
    const tool = flashInTerminal();
    await tool.says("Which one? ");
    tool.type("1\n");
    await bootloaderStarts(ports);
    await imageIsCopied();
    bootloaderEnds(ports);
    await tool.says("waiting for the board to start");
    await ports.lookedAtBy(tool);
    const stdout = await boardStarts(ports, tool);
    expect(stdout.match(/Several boards are plugged in/g)).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  it("takes no other board for one that was in its bootloader", async () => {
    const another = await plugInAnother();
    const ports = new PortList(port, another);
    const heard: Buffer[] = [];
    another.onData = (bytes) => heard.push(bytes);
    ports.show(port, BOOTLOADER);
    writeFileSync(info(), INFO);
    const tool = flash();
    await imageIsCopied();
    bootloaderEnds(ports);
    await tool.says("waiting for the board to start");
    await ports.lookedAtBy(tool);
    await boardStarts(ports, tool);
    expect(heard).toEqual([]);
  });

  it.each([["touched"], ["in its bootloader already"]])(
    "needs no drive to go away when the board is back that was %s",
    async (before) => {
      const ports = new PortList(port);
      if (before !== "touched") {
        ports.show(port, BOOTLOADER);
        writeFileSync(info(), INFO);
      }
      const tool = flash();
      if (before === "touched") await bootloaderStarts(ports);
      await imageIsCopied();
      await ports.lookedAtBy(tool);
      expect(tool.output).not.toContain("The image is there");
      await boardStarts(ports, tool);
    },
  );

  it("says in a line what is missing", async () => {
    await port.unplug();
    port = await PseudoPort.plugIn({ ...USB, vendorId: "303a" }); // somebody else's
    const failing = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await flash(...args).end;
      expect(code).toBe(1);
      return stderr;
    };
    expect(await failing()).toBe(
      `nightlight: no Wio Terminal found: there is ${port.path} (Espressif); plug it in, and slide its power switch down twice, quickly: a drive named Arduino appears; then run this again\n`,
    );
    expect(await failing("--image", "nowhere.uf2")).toBe("nightlight: nowhere.uf2: not there\n");
    writeFileSync(join(checkout.dir, "text.uf2"), "no image");
    expect(await failing("--image", "text.uf2")).toBe("nightlight: text.uf2: not a UF2 file\n");
    expect(await failing("--board", "x")).toMatch(
      /expected one of --image, --drive, --port, --all, --ids\n$/,
    );
  });

  it("makes the image itself: the runtime, the program and this computer's settings", async () => {
    const withoutImage = () =>
      stopping(checkout.tool("../wio-terminal/tools/flash", ["--drive", drive], port.env));
    const { stderr } = await withoutImage().end;
    expect(stderr).toBe(
      "nightlight: .env.local: WIFI_SSID: missing, and a board has no other network\n",
    );
    const settings = { ID: "desk-1", BROKER: "mqtt://192.0.2.1:1883", WIFI_SSID: "net" };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    checkout.write(".env.local", lines.join(""));
    const ports = new PortList(port);
    ports.show(port, BOOTLOADER);
    writeFileSync(info(), INFO);
    const tool = withoutImage();
    await until("a whole image is on the drive", () => {
      const file = existsSync(copied()) ? readFileSync(copied()) : Buffer.alloc(0);
      return file.length > 0 && file.length === BLOCK_BYTES * file.readUInt32LE(BLOCK_COUNT_AT);
    });
    bootloaderEnds(ports);
    await boardStarts(ports, tool);
    const runtime = readFileSync(RUNTIME_FILE);
    const flashed = readMemory(readFileSync(copied()), APP_START);
    expect(flashed.subarray(0, runtime.length).equals(runtime)).toBe(true);
    expect(readFileSync(copied()).toString("latin1")).toContain('ID\0"desk-1"\0');
  });

  describe("-- --all", () => {
    let others: string[];
    beforeEach(() => {
      others = [0, 1].map(() => mkdtempSync(join(tmpdir(), "nightlight-drive-")));
      const settings = ["ID=class-*", "BROKER=mqtt://192.0.2.1:1883", "WIFI_SSID=net", ""];
      checkout.write(".env.local", settings.join("\n"));
    });
    afterEach(() => others.forEach((folder) => rmSync(folder, { recursive: true })));

    const flashAll = (...args: string[]) =>
      stopping(
        checkout.tool(
          "../wio-terminal/tools/flash",
          ["--all", ...[drive, ...others].flatMap((folder) => ["--drive", folder]), ...args],
          port.env,
        ),
      );
    const idOn = (folder: string): string | undefined => {
      const file = join(folder, "nightlight.uf2");
      const image = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
      if (image.length === 0 || image.length !== BLOCK_BYTES * image.readUInt32LE(BLOCK_COUNT_AT))
        return undefined;
      return /ID\0"([^"]*)"\0/.exec(image.toString("latin1"))?.[1];
    };
    /** As the bootloader does it: the drive goes away, and the board's port comes. */
    const takes = async (ports: PortList, board: PseudoPort, folder: string, id: string) => {
      await until(`the image of ${id} is on the drive`, () => idOn(folder) === id);
      rmSync(join(folder, "INFO_UF2.TXT"));
      ports.show(board, { serialNumber: `JD000000000000${id.slice(-2)}` });
    };

    it("gives each board an id of its own, goes on when one fails, and sums up", async () => {
      const [second, third] = [await plugInAnother(), await plugInAnother("0003")];
      const ports = new PortList(port, second, third);
      const [first = "", last = ""] = others;
      // One is in its bootloader, one takes nothing, and one is asked.
      ports.show(port, BOOTLOADER);
      writeFileSync(info(), INFO);
      checkout.write("ids.txt", "# our class\nada-01\nbob-02\neve-03\n");
      const tool = flashAll("--ids", "ids.txt");
      await takes(ports, port, drive, "ada-01");
      const isAsked = (board: PseudoPort) => baudOf(board) === "1200";
      await until("the next one is asked", () => isAsked(second) || isAsked(third));
      const [busy, asked] = isAsked(second) ? [second, third] : [third, second];
      mkdirSync(join(first, "nightlight.uf2")); // so that it can't be written
      ports.hide(busy);
      writeFileSync(join(first, "INFO_UF2.TXT"), INFO);
      await until("the last one is asked", () => isAsked(asked));
      ports.hide(asked);
      writeFileSync(join(last, "INFO_UF2.TXT"), INFO);
      await takes(ports, asked, last, "eve-03");
      const { code, stdout, stderr } = await tool.end;
      const [, failure = "", ...results] = stdout.split(/^2 of 3 boards flashed:\n/m);
      expect(results).toEqual([]);
      const width = Math.max(...[drive, busy.path, asked.path].map(({ length }) => length));
      expect(failure.split("\n")).toEqual([
        `  ${drive.padEnd(width)}  ada-01`,
        `  ${busy.path.padEnd(width)}  bob-02  FAILED: ${join(first, "nightlight.uf2")}: EISDIR: illegal operation on a directory, open '${join(first, "nightlight.uf2")}', after 0 bytes`,
        `  ${asked.path.padEnd(width)}  eve-03`,
        "",
      ]);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: "nightlight: 1 of 3 boards were not flashed\n",
      });
    });

    it("counts the ids first, and says what can't be", async () => {
      new PortList(port, await plugInAnother());
      checkout.write("ids.txt", "ada-01\n");
      const failing = async (...args: string[]) => {
        const { code, stderr } = await flashAll(...args).end;
        expect(code).toBe(1);
        return stderr;
      };
      expect(await failing("--ids", "ids.txt")).toBe(
        "nightlight: ids.txt: expected an id for each of 2 boards, got 1\n",
      );
      expect(await failing("--image", image)).toBe(
        "nightlight: --image: has one id, and with --all each board gets its own\n",
      );
      expect(await failing("--port", port.path)).toBe(
        "nightlight: --port: is one board, and --all means every one\n",
      );
      expect(baud()).not.toBe("1200");
    });
  });

  it("leaves the drive of another board alone", async () => {
    await port.unplug();
    port = await PseudoPort.plugIn({ ...USB, vendorId: "303a" });
    writeFileSync(info(), INFO.replace("WioTerminal", "Metro"));
    expect((await flash().end).stderr).toMatch(/^nightlight: no Wio Terminal found/);
    expect(existsSync(copied())).toBe(false);
  });
});

/** The operating system's list of ports, while boards come and go. */
class PortList {
  private readonly dir = mkdtempSync(join(tmpdir(), "nightlight-ports-"));
  private readonly entries: Map<PseudoPort, string>;

  /** @param first a tool that is run with its environment gets this list */
  constructor(first: PseudoPort, ...others: PseudoPort[]) {
    onTestFinished(() => rmSync(this.dir, { recursive: true }));
    const entryOf = ({ dir }: PseudoPort) =>
      execFileSync(join(dir, "bin", "udevadm"), { encoding: "utf8" });
    this.entries = new Map([first, ...others].map((port) => [port, entryOf(port)]));
    writeFileSync(join(this.dir, "looks"), "");
    first.tool("udevadm", `echo >> ${this.dir}/looks; cat ${this.dir}/*.port 2>/dev/null || true`);
    for (const port of this.entries.keys()) this.show(port);
  }

  /** @param changed what is another by now */
  show(port: PseudoPort, changed: Partial<UsbIdentity> = {}): void {
    const entry = (this.entries.get(port) ?? "")
      .replace(/(?<=ID_MODEL_ID=).*/, changed.productId ?? "$&")
      .replace(/(?<=ID_SERIAL_SHORT=).*/, changed.serialNumber ?? "$&");
    // At once: a tool may be reading.
    writeFileSync(join(this.dir, "new"), entry);
    renameSync(join(this.dir, "new"), this.file(port));
  }

  hide(port: PseudoPort): void {
    rmSync(this.file(port));
  }

  /** Waits until the tool has looked at the list, from beginning to end. */
  async lookedAtBy(tool: Program): Promise<void> {
    const looks = () => statSync(join(this.dir, "looks")).size;
    const before = looks();
    await until("the tool looks at the list of ports", () => {
      if (tool.hasEnded) throw new Error(`it ended, and said:\n${tool.output}`);
      return looks() >= before + 2;
    });
  }

  private file(port: PseudoPort): string {
    return join(this.dir, `${[...this.entries.keys()].indexOf(port)}.port`);
  }
}
