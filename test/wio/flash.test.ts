import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { QEMU, WIO } from "../../boards/wio-terminal/build/compile";
import { linkImage } from "../../boards/wio-terminal/build/image";
import { uf2OfElf } from "../../boards/wio-terminal/build/uf2";
import { Checkout } from "../support/checkout";
import { PseudoPort } from "../support/pseudo-port";
import { until } from "../support/until";
import { EmulatedBoard } from "./emulated-board";

const USB = { vendor: "Seeed", vendorId: "2886", productId: "802d", serialNumber: "0001" };
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
  const baud = (): string =>
    execFileSync("stty", ["-F", port.path, "speed"], { encoding: "utf8" }).trim();
  const flash = (...args: string[]) =>
    checkout.tool("flash-wio", ["--image", image, "--drive", drive, ...args], port.env);

  it("touches the port, copies, and shows what the board says", { timeout: 120_000 }, async () => {
    expect(baud()).not.toBe("1200");
    const tool = flash();
    await until("the port was opened at 1200 baud", () => baud() === "1200", 60_000);
    writeFileSync(info(), INFO);
    await until("the image is on the drive", isCopied, 60_000);
    expect(readFileSync(copied()).equals(readFileSync(image))).toBe(true);

    const { elf } = await linkImage(QEMU);
    const board = await EmulatedBoard.start({ elf });
    try {
      board.line.onData = (bytes) => port.write(bytes);
      port.onData = (bytes) => board.line.write(bytes);
      rmSync(info()); // the bootloader is gone
      const { code, stdout, stderr } = await tool.end;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/asking the board to restart into its bootloader\n/);
      expect(stdout).toMatch(/: copying \d{6} bytes\n/);
      expect(stdout).toMatch(/^ {2}device created: /m);
    } finally {
      await board.stop();
    }
  });

  it("says in a line what is missing", async () => {
    await port.unplug();
    port = await PseudoPort.plugIn({ ...USB, vendorId: "303a" }); // somebody else's
    const failing = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await flash(...args).end;
      expect(code).toBe(1);
      return stderr;
    };
    expect(await failing()).toBe(
      "nightlight: no Wio Terminal found: plug it in, and slide its power switch down twice, quickly: a drive named Arduino appears; then run this again\n",
    );
    expect(await failing("--image", "nowhere.uf2")).toBe(
      "nightlight: nowhere.uf2: not there; run npm run build:wio first\n",
    );
    writeFileSync(join(checkout.dir, "text.uf2"), "no image");
    expect(await failing("--image", "text.uf2")).toBe("nightlight: text.uf2: not a UF2 file\n");
    expect(await failing("--board", "x")).toMatch(/known are --image, --drive, --port\n$/);
  });

  it("leaves the drive of another board alone", async () => {
    await port.unplug();
    port = await PseudoPort.plugIn({ ...USB, vendorId: "303a" });
    writeFileSync(info(), INFO.replace("WioTerminal", "Metro"));
    expect((await flash().end).stderr).toMatch(/^nightlight: no Wio Terminal found/);
    expect(existsSync(copied())).toBe(false);
  });
});
