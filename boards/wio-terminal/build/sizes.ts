/** The use of flash and RAM by an image, region by region, compared with the chip's memory. */
import { readFileSync } from "node:fs";
import { UserError } from "../../../server/base/user-error";

/**
 * The ATSAMD51P19A's flash of 512 KB, less the bootloader's 16 KB, and its RAM of 192 KB, including
 * one word that the bootloader uses.
 */
export const APPLICATION_MAX_BYTES = 496 * 1024;
export const RAM_BYTES = 192 * 1024;

export interface Region {
  readonly memory: "flash" | "RAM";
  readonly name: string;
  readonly bytes: number;
}

interface Piece {
  readonly section: string;
  readonly bytes: number;
  readonly object: string;
}

/** Reads the linker's map: output sections, and their pieces with size and object file. */
function readMap(map: string): { sections: Map<string, number>; pieces: Piece[] } {
  const sections = new Map<string, number>();
  const pieces: Piece[] = [];
  // The linker writes a long section name on a separate line.
  const text = map
    .slice(map.indexOf("Linker script and memory map"))
    .replace(/^( ?\.\S+)\n +(?=0x)/gm, "$1 ");
  let section = "";
  for (const line of text.split("\n")) {
    const output = /^(\.\w[\w.]*) +0x([0-9a-f]+) +0x([0-9a-f]+)/.exec(line);
    if (output) {
      section = output[1] ?? "";
      sections.set(section, parseInt(output[3] ?? "", 16));
    }
    const piece = /^ (?:\.\S+|COMMON) +0x[0-9a-f]+ +0x([0-9a-f]+) (\S.*)$/.exec(line);
    if (piece)
      pieces.push({ section, bytes: parseInt(piece[1] ?? "", 16), object: piece[2] ?? "" });
  }
  return { sections, pieces };
}

export interface SizeInput {
  readonly map: string;
  /**
   * The part of the firmware that an object belongs to; undefined for an object of the C library.
   */
  readonly partOf: (object: string) => string | undefined;
  readonly vm: { readonly bssEnd: number; readonly stackSize: number };
  readonly storageBytes: number;
}

const LIBRARY = "C library";

export function regions({ map, partOf, vm, storageBytes }: SizeInput): Region[] {
  const { sections, pieces } = readMap(readFileSync(map, "utf8"));
  const size = (name: string): number => {
    const bytes = sections.get(name);
    if (bytes === undefined) throw new UserError(`the linker's map has no section ${name}`);
    return bytes;
  };
  const byPart = (names: readonly string[]): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const piece of pieces) {
      if (!names.includes(piece.section)) continue;
      const part = partOf(piece.object) ?? LIBRARY;
      sums.set(part, (sums.get(part) ?? 0) + piece.bytes);
    }
    return sums;
  };
  const code = [".vectors", ".text", ".ARM.exidx", ".data"];
  const variables = [".data", ".bss"];
  const rest = (names: readonly string[], sums: Map<string, number>): number =>
    names.reduce((sum, name) => sum + size(name), 0) -
    [...sums.values()].reduce((a, b) => a + b, 0);

  const codeSums = byPart(code);
  const variableSums = byPart(variables);
  const named = (memory: Region["memory"], sums: Map<string, number>, what: string): Region[] =>
    [...sums].map(([part, bytes]) => ({ memory, name: `${part}: ${what}`, bytes }));
  const heap = size(".vm_memory") - vm.bssEnd - vm.stackSize;
  return [
    ...named("flash", codeSums, "code and constants"),
    { memory: "flash", name: "alignment", bytes: rest(code, codeSums) },
    { memory: "flash", name: "package: program and first settings", bytes: size(".package") },
    { memory: "flash", name: "program and settings area", bytes: storageBytes },
    { memory: "RAM", name: "main stack", bytes: size(".main_stack") },
    { memory: "RAM", name: "interrupt stack", bytes: size(".handler_stack") },
    ...named("RAM", variableSums, "variables"),
    { memory: "RAM", name: "alignment", bytes: rest(variables, variableSums) },
    { memory: "RAM", name: "virtual machine: its constants and variables", bytes: vm.bssEnd },
    { memory: "RAM", name: "virtual machine: its stack", bytes: vm.stackSize },
    { memory: "RAM", name: "virtual machine: its heap, all that is left", bytes: heap },
  ];
}

/**
 * Minimum heap: the 64 KB for garbage collection, the machine's other allocations, and a reserve.
 */
const HEAP_MIN_BYTES = 80 * 1024;

export function checkFits(all: readonly Region[]): void {
  const heap = all.find((region) => region.name.includes("its heap"))?.bytes ?? 0;
  if (heap < HEAP_MIN_BYTES) {
    throw new UserError(
      `virtual machine: expected at least ${HEAP_MIN_BYTES} bytes of heap, got ${heap}`,
    );
  }
  for (const [memory, limit] of [
    ["flash", APPLICATION_MAX_BYTES],
    ["RAM", RAM_BYTES],
  ] as const) {
    const used = total(all, memory);
    if (used > limit) throw new UserError(`${memory}: ${used} bytes needed, the chip has ${limit}`);
  }
}

function total(all: readonly Region[], memory: Region["memory"]): number {
  return all.filter((r) => r.memory === memory).reduce((sum, { bytes }) => sum + bytes, 0);
}

export function sizeTable(all: readonly Region[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  const row = (name: string, bytes: number, note = ""): string =>
    `  ${name.padEnd(width)} ${bytes.toLocaleString("en").padStart(8)}${note}`;
  const part = (memory: Region["memory"], limit: number): string[] => [
    `${memory} (${limit / 1024} KB on the chip)`,
    ...all
      .filter((region) => region.memory === memory && region.bytes > 0)
      .sort((a, b) => b.bytes - a.bytes)
      .map(({ name, bytes }) => row(name, bytes)),
    row("total", total(all, memory), ` = ${((100 * total(all, memory)) / limit).toFixed(1)} %`),
  ];
  return [...part("flash", APPLICATION_MAX_BYTES), ...part("RAM", RAM_BYTES)].join("\n");
}
