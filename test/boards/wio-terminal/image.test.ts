import { describe, expect, it } from "vitest";
import { compileFirmware } from "../../../boards/tools/firmware/compile";
import { QEMU } from "../../../boards/wio-terminal/build/compile";
import { extractVm, findWasm } from "../../../boards/wio-terminal/build/extract-vm";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { memoryLayout } from "../../../boards/wio-terminal/build/memory-layout";
import { makePackage, PACKAGE_MAX_BYTES } from "../../../boards/wio-terminal/build/package";
import { checkFits, sizeTable } from "../../../boards/wio-terminal/build/sizes";
import { translate } from "../../../boards/wio-terminal/build/translate";
import { checkContract } from "../../../boards/wio-terminal/build/vm-contract";
import { parseWasm } from "../../../boards/wio-terminal/build/wasm-module";

/**
 * Returns the module with each occurrence of a text replaced by another text of the same length.
 */
function changed(from: string, to: string): Uint8Array {
  const bytes = Buffer.from(extractVm().wasm);
  let found = 0;
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) {
    bytes.write(to, at, "latin1");
    found += 1;
  }
  expect(found).toBeGreaterThan(0);
  return bytes;
}

describe("the virtual machine's module", () => {
  it("is the module that the port was written for", () => {
    const module = parseWasm(extractVm().wasm);
    checkContract(module);
    const layout = memoryLayout(module);
    expect(layout.dataStart).toBe(1024);
    expect(layout.dataEnd).toBeLessThanOrEqual(layout.bssEnd);
    expect(layout.linkedStackTop - layout.bssEnd).toBe(64 * 1024);
    expect(layout.heapBreakWord).toBeLessThan(layout.dataEnd);
  });

  it.each([
    ["em_time_now", "em_time_NOW", /imports em_time_NOW\(\)f64, which is new/],
    ["jd_em_process", "jd_em_PROCESS", /has no export jd_em_process/],
    ["jd_settings_get_large", "jd_settings_get_LARGE", /has no function jd_settings_get_large/],
  ])("is refused without %s, and the error names it", (from, to, message) => {
    expect(() => checkContract(parseWasm(changed(from, to)))).toThrow(message);
  });

  it.each([
    ["__stack_pointer", "__stack_POINTER", /no global __stack_pointer/],
    ["__stack_end", "__stack_END", /does not set __stack_end/],
    ["sbrk", "SBRK", /has no function sbrk/],
  ])("is refused if its memory layout cannot be found: %s", (from, to, message) => {
    expect(() => memoryLayout(parseWasm(changed(from, to)))).toThrow(message);
  });

  it("must be the only one in the CLI", () => {
    expect(() => findWasm("no module here")).toThrow(/found 0/);
    const one = `AGFzbQ${"A".repeat(1200)}`;
    expect(() => findWasm(`"${one}" "${one}"`)).toThrow(/found 2/);
  });

  it("is refused if it is another version of WebAssembly, or truncated", () => {
    const { wasm } = extractVm();
    expect(() => parseWasm(wasm.subarray(0, 5000))).toThrow(/ends too early/);
    expect(() => parseWasm(Buffer.from("\0asm\x02\0\0\0", "latin1"))).toThrow(/version 1/);
  });

  it("is not translated if wasm2c writes code that matches no rule", () => {
    expect(() => translate("int main(void);", parseWasm(extractVm().wasm))).toThrow(
      /wasm2c's output has no/,
    );
  });
});

describe("the image", () => {
  it("fits the chip together with the nightlight", async () => {
    const packed = makePackage(await compileFirmware(), { ID: "one" });
    const regions = (await linkImage(QEMU, { packed })).regions();
    checkFits(regions);
    expect(sizeTable(regions)).toMatch(
      /flash \(496 KB on the chip\)[^]*RAM \(192 KB on the chip\)/,
    );
    const ram = regions.filter(({ memory }) => memory === "RAM");
    // The image uses all RAM except for the bootloader's one word and gaps for alignment.
    const used = ram.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(used).toBeLessThanOrEqual(192 * 1024 - 4);
    expect(used).toBeGreaterThan(192 * 1024 - 64);
  });

  it("is refused if it does not fit", () => {
    const heap = { memory: "RAM", name: "virtual machine: its heap", bytes: 90_000 } as const;
    expect(() => checkFits([heap, { memory: "flash", name: "x", bytes: 508_000 }])).toThrow(
      /flash/,
    );
    expect(() => checkFits([heap, { memory: "RAM", name: "x", bytes: 110_000 }])).toThrow(/RAM/);
    expect(() => checkFits([{ ...heap, bytes: 70_000 }])).toThrow(/heap/);
  });

  it("refuses a package that is too large, and invalid bytecode", () => {
    expect(() => makePackage(new Uint8Array(PACKAGE_MAX_BYTES), {})).toThrow(/take \d+ of 65536/);
    expect(() => makePackage(new Uint8Array(33), {})).toThrow(/multiple of 32/);
    expect(() => makePackage(new Uint8Array(32), { FOURTEEN_CHARS: "" })).toThrow(/longer than 13/);
    expect(() => makePackage(new Uint8Array(32), { KEY: "x".repeat(231) })).toThrow(
      "setting KEY: expected at most 236 bytes, got 237",
    );
    makePackage(new Uint8Array(32), { KEY: "x".repeat(230) });
  });
});
