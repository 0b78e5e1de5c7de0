import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileFirmware } from "../../../boards/tools/firmware/compile";
import { encodeUf2 } from "../../../boards/tools/image/uf2";
import { WIO } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { makePackage } from "../../../boards/wio-terminal/build/package";
import { loadableBytes, uf2OfElf } from "../../../boards/wio-terminal/build/uf2";
import { folderForTest } from "../../support/folder";
import { readUf2 } from "../../support/uf2";

const packed = async () => makePackage(await compileFirmware(), { ID: "one" });

describe("the file for the bootloader", () => {
  it("matches the specification, block by block", async () => {
    const blocks = readUf2(uf2OfElf((await linkImage(WIO, { packed: await packed() })).elf));
    expect(blocks.length).toBeGreaterThan(800);
    let last = -1;
    for (const [i, block] of blocks.entries()) {
      expect(block).toMatchObject({ flags: 0x2000, number: i, total: blocks.length });
      expect(block.family).toBe(0x55114460);
      expect(block.data.length).toBe(256);
      expect(block.address % 256).toBe(0);
      expect(block.address).toBeGreaterThan(last);
      expect(block.address).toBeGreaterThanOrEqual(0x4000);
      expect(block.address + 256).toBeLessThanOrEqual(0x60000);
      last = block.address;
    }
  });

  it("contains exactly the linker's bytes, as binutils reads them", async () => {
    const { elf } = await linkImage(WIO, { packed: await packed() });
    const dir = folderForTest();
    const file = join(dir, "image.bin");
    execFileSync("arm-none-eabi-objcopy", ["-O", "binary", "--gap-fill", "0xff", elf, file]);
    const memory = readFileSync(file);
    const flash = Buffer.alloc(memory.length, 0xff);
    for (const { address, data } of readUf2(uf2OfElf(elf))) data.copy(flash, address - 0x4000);
    expect(flash.equals(memory)).toBe(true);
  });

  it("starts as the bootloader requires", async () => {
    const { elf } = await linkImage(WIO, { packed: await packed() });
    const [vectors] = loadableBytes(readFileSync(elf));
    const word = (address: number): number =>
      Buffer.from(vectors?.bytes ?? []).readUInt32LE(address - 0x4000);
    expect(vectors?.address).toBe(0x4000);
    // The stack ends below the word of RAM that belongs to the bootloader.
    expect(word(0x4000)).toBeLessThanOrEqual(0x2002fffc);
    expect(word(0x4004) % 2).toBe(1);
    expect(word(0x4004)).toBeGreaterThan(0x4000 + 4 * 153);
    // This word must not be the one that makes the bootloader stay active.
    expect(word(0x4268)).not.toBe(0x87eeb07c);
  });

  it("merges pieces that meet in one block", () => {
    const pieces = [
      { address: 0x40f0, bytes: Buffer.alloc(32, 1) },
      { address: 0x4120, bytes: Buffer.alloc(2, 2) },
    ];
    const blocks = readUf2(encodeUf2(pieces, 7));
    expect(blocks.map(({ address }) => address)).toEqual([0x4000, 0x4100]);
    expect(blocks[0]?.data.toString("hex")).toBe("ff".repeat(240) + "01".repeat(16));
    expect(blocks[1]?.data.toString("hex")).toBe(
      `${"01".repeat(16)}${"ff".repeat(16)}0202${"ff".repeat(222)}`,
    );
  });

  it("is refused if the content is outside an image's flash, or is not an image", async () => {
    const { elf } = await linkImage(WIO);
    const moved = Buffer.from(readFileSync(elf));
    const entry = moved.readUInt32LE(28) + moved.readUInt16LE(42); // the second: the code
    moved.writeUInt32LE(0x2000, entry + 12);
    const dir = folderForTest();
    writeFileSync(join(dir, "moved.elf"), moved);
    expect(() => uf2OfElf(join(dir, "moved.elf"))).toThrow(/0x2000\.\.0x\w+ is outside/);
    writeFileSync(join(dir, "text.elf"), "This is no image, whatever its name says.");
    expect(() => uf2OfElf(join(dir, "text.elf"))).toThrow(/not an ELF-32 file/);
  });
});
