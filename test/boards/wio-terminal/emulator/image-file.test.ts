import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../boards/wio-terminal/emulator/chip/clock";
import { FLASH_BYTES, Nvmctrl } from "../../../../boards/wio-terminal/emulator/chip/nvmctrl";
import { writeBootloader, writeImage } from "../../../../boards/wio-terminal/emulator/image-file";
import { UserError } from "../../../../server/base/user-error";

const APPLICATION = 0x4000;

let flash: Buffer;
let nvm: Nvmctrl;
let told: string[];

beforeEach(() => {
  told = [];
  flash = Buffer.alloc(FLASH_BYTES);
  nvm = new Nvmctrl({
    ...{ clock: new VirtualClock(), flash },
    onChange: () => undefined,
    onStall: () => undefined,
    programCounter: () => 0,
  });
  nvm.program(0, Buffer.alloc(FLASH_BYTES, 0x11)); // earlier content
});

/** @param reset the reset vector */
function program(reset: number, length = 600, stack = 0x2003_0000): Buffer {
  const bytes = Buffer.alloc(length, 0x77);
  bytes.writeUInt32LE(stack, 0);
  bytes.writeUInt32LE(reset, 4);
  return bytes;
}

/** Builds a block of a UF2 file for the SAMD51: github.com/microsoft/uf2. */
function block(address: number): Buffer {
  const bytes = Buffer.alloc(512, 0x77);
  const header = [0x0a32_4655, 0x9e5d_5157, 0x2000, address, 256, 0, 1, 0x5511_4460];
  header.forEach((word, index) => bytes.writeUInt32LE(word, 4 * index));
  bytes.writeUInt32LE(0x0ab1_6f30, 508);
  return bytes;
}

function write(name: string, bytes: Buffer): void {
  writeImage({ name, bytes }, nvm, (text) => told.push(text));
}

describe("an opened image file", () => {
  it("replaces the application, but not the bootloader: a .bin that starts at 0x4000", () => {
    write("blink.bin", program(0x4101));
    expect(flash.readUInt32LE(APPLICATION + 4)).toBe(0x4101);
    expect([flash[0x3fff], flash[APPLICATION + 599], flash[APPLICATION + 600]]).toEqual([
      0x11, 0x77, 0xff,
    ]);
  });

  it("replaces the whole flash: a .bin with its bootloader", () => {
    write("DUMP.BIN", program(0x569, FLASH_BYTES));
    expect([flash.readUInt32LE(4), flash[FLASH_BYTES - 1]]).toEqual([0x569, 0x77]);
  });

  it("may have blocks that the bootloader ignores: a .uf2 with the bootloader's own addresses", () => {
    write("CURRENT.UF2", Buffer.concat([block(0x3f00), block(APPLICATION)]));
    expect([flash[0x3f00], flash[APPLICATION], flash[APPLICATION + 256]]).toEqual([
      0x11, 0x77, 0xff,
    ]);
    expect(told).toEqual(["CURRENT.UF2: the bootloader ignores 1 of 2 blocks"]);
  });

  it.each([
    ["blink.uf2", block(0x3f00), "the bootloader would ignore all 1 blocks"],
    ["blink.uf2", Buffer.alloc(100), "not a UF2 file: 100 bytes"],
    ["blink.hex", Buffer.alloc(100), "expected a .uf2 or .bin file"],
    ["short.bin", Buffer.alloc(7), "a start in the flash, got 0x00000000 and 0x00000000"],
    ["blank.bin", Buffer.alloc(64, 0xff), "a start in the flash, got 0xffffffff and 0xffffffff"],
    ["arm.bin", program(0x4100), "a start in the flash, got 0x20030000 and 0x00004100"],
    ["big.bin", program(0x4101, FLASH_BYTES), "524288 bytes from 0x00004000 don't fit the flash"],
  ])("is refused with one line, and changes nothing: %s", (name, bytes, words) => {
    expect(() => write(name, bytes)).toThrow(UserError);
    expect(() => write(name, bytes)).toThrow(words);
    expect(flash.every((byte) => byte === 0x11)).toBe(true);
  });
});

describe("an opened bootloader file", () => {
  it("is written to address 0, limited to its first 16 KB", () => {
    writeBootloader({ name: "boot.bin", bytes: program(0x569, 0x7000) }, nvm);
    expect([flash.readUInt32LE(4), flash[0x3fff], flash[APPLICATION]]).toEqual([0x569, 0x77, 0x11]);
  });

  it("is refused if it is an application", () => {
    expect(() => writeBootloader({ name: "blink.bin", bytes: program(0x4101) }, nvm)).toThrow(
      "blink.bin: expected a bootloader, which starts below 0x4000",
    );
  });
});
