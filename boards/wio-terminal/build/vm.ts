/** The virtual machine as C. Translated once for each combination of module, wasm2c and rules. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { extractVm } from "./extract-vm";
import { type MemoryLayout, memoryLayout } from "./memory-layout";
import { BUILD_FOLDER, WIO_FOLDER } from "./paths";
import { fingerprint, makeIfMissing, run } from "./tools";
import { translate } from "./translate";
import { checkContract } from "./vm-contract";
import { parseWasm, type WasmModule } from "./wasm-module";

/**
 * Size of the module's stack. The function with the largest frame reads decimal numbers and needs
 * 8,976 bytes alone; the maximum seen in use is 10,256. Each change of the stack pointer is
 * checked.
 */
const VM_STACK_BYTES = 16 * 1024;

/** The files with translation rules. A change of a file or of the module rebuilds everything. */
const RULES = [
  "translate.ts",
  "vm.ts",
  "memory-layout.ts",
  "vm-contract.ts",
  "vm-code.ts",
  "wasm-module.ts",
];

export interface GeneratedVm {
  /** The folder with vm.c, vm_data.c and vm_layout.h. */
  readonly folder: string;
  readonly cliVersion: string;
  readonly bssEnd: number;
  readonly stackSize: number;
}

export async function generateVm(onTranslate?: () => void): Promise<GeneratedVm> {
  const { wasm, cliVersion } = extractVm();
  const rules = RULES.map((name) => readFileSync(join(WIO_FOLDER, "build", name), "utf8"));
  const key = fingerprint(wasm, await run("wasm2c", ["--version"]), ...rules);
  const folder = join(BUILD_FOLDER, "vm", key);
  const module = parseWasm(wasm);
  checkContract(module);
  const layout = memoryLayout(module);
  const stackSize = stackBytesAt(layout.bssEnd);
  await makeIfMissing(join(folder, "vm.c"), async (path) => {
    onTranslate?.();
    const binary = join(folder, "vm.wasm");
    const translated = join(folder, "wasm2c.c");
    writeFileSync(binary, wasm);
    await run("wasm2c", [binary, "-o", translated]);
    writeFileSync(join(folder, "vm_layout.h"), layoutHeader(layout, stackSize));
    writeFileSync(join(folder, "vm_data.c"), dataSource(module));
    writeFileSync(path, translate(readFileSync(translated, "utf8"), module));
  });
  return { folder, cliVersion, bssEnd: layout.bssEnd, stackSize };
}

/** The stack's size. The heap begins at the end of the stack and needs 16-byte alignment. */
export function stackBytesAt(bssEnd: number): number {
  return VM_STACK_BYTES - (bssEnd % 16);
}

function layoutHeader(layout: MemoryLayout, stackSize: number): string {
  return [
    "/* Found in the module by memory-layout.ts. */",
    "#ifndef VM_LAYOUT_H",
    "#define VM_LAYOUT_H",
    `#define VM_BSS_END ${layout.bssEnd}u`,
    `#define VM_STACK_SIZE ${stackSize}u`,
    `#define VM_HEAP_BREAK_WORD ${layout.heapBreakWord}u`,
    "#endif",
    "",
  ].join("\n");
}

function dataSource(module: WasmModule): string {
  const arrays = module.data.map(
    ({ bytes }, i) => `static const uint8_t segment_${i}[] = {${bytes.join(",")}};`,
  );
  const entries = module.data.map(
    ({ address, bytes }, i) => `  {${address}u, ${bytes.length}u, segment_${i}},`,
  );
  return [
    '#include "vm_start.h"',
    ...arrays,
    "const vm_data_segment vm_data_segments[] = {",
    ...entries,
    "};",
    `const size_t vm_data_segment_count = ${entries.length};`,
    "",
  ].join("\n");
}
