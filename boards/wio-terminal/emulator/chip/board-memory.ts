/** Reads from an emulated chip's RAM how much memory Nightlight has used. */
import { extractVm } from "../../build/extract-vm";
import { memoryLayout } from "../../build/memory-layout";
import { stackBytesAt } from "../../build/vm";
import { parseWasm } from "../../build/wasm-module";
import { GcHeap } from "../gc-heap";
import { Symbols } from "../symbols";
import { RAM_ADDRESS } from "./memory";
import type { Samd51 } from "./samd51";

/** The fill pattern of `cortex_paint_stack`. */
const PAINT = 0xa5a5a5a5;

export interface MemoryUse {
  /**
   * The size of the virtual machine's heap. The heap never shrinks, so this is also the maximum.
   */
  readonly heapBytes: number;
  /** Live objects of the program, and garbage that is not collected yet. */
  readonly programBytes: number;
  /** The maximum depth of the main stack. */
  readonly stackBytes: number;
}

export class BoardMemory {
  private readonly machine: Uint32Array;
  private readonly stack: Uint32Array;
  private readonly heapBreakWord: number;
  private readonly heapBase: number;
  private heap: GcHeap | undefined;

  private constructor(ram: Buffer, symbols: Symbols) {
    const between = (begin: string, end: string): Uint32Array => {
      const [from, to] = [symbols.address(begin) - RAM_ADDRESS, symbols.address(end) - RAM_ADDRESS];
      return new Uint32Array(ram.buffer, ram.byteOffset + from, Math.floor((to - from) / 4));
    };
    const { heapBreakWord, bssEnd } = memoryLayout(parseWasm(extractVm().wasm));
    this.heapBreakWord = heapBreakWord;
    this.heapBase = bssEnd + stackBytesAt(bssEnd);
    this.machine = between("vm_memory", "vm_memory_end");
    this.stack = between("linker_main_stack", "linker_main_stack_top");
  }

  static async of(chip: Samd51, elf: string): Promise<BoardMemory> {
    return new BoardMemory(chip.ram, await Symbols.of(elf));
  }

  /**
   * Call this while a program runs and the core sleeps. Otherwise a collection may be in progress.
   */
  measure(): MemoryUse {
    this.heap ??= GcHeap.find(this.machine);
    return {
      heapBytes: (this.machine[this.heapBreakWord / 4] ?? 0) - this.heapBase,
      programBytes: this.heap.usedBytes(this.machine),
      stackBytes: 4 * this.stack.subarray(this.stack.findIndex((word) => word !== PAINT)).length,
    };
  }
}
