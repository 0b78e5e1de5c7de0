/**
 * The layout of the module's linear memory, read from the module itself:
 *
 *   0 … 1024          unused, so that a null pointer reads no data
 *   1024 … data end   constants, then initialised variables (data segments)
 *   … bss end         zero variables, up to the lower end of emscripten's stack
 *   … heap base       the C stack of the module, growing down from the heap base
 *   heap base …       the heap; one of the variables holds its break
 *
 * Emscripten gives the stack 64 KB and the memory 16 MB. The board has a small stack, and the heap
 * begins right above the stack.
 */
import { type WasmModule, WasmReader } from "./wasm-module";

export interface MemoryLayout {
  /** First address with data. */
  readonly dataStart: number;
  /** First address after the last data segment. */
  readonly dataEnd: number;
  /** First address after the zero variables, and the lower limit of the stack. */
  readonly bssEnd: number;
  /** Initial stack pointer: the upper end of the stack, as the module was linked. */
  readonly linkedStackTop: number;
  /** Address of the variable that holds the heap's break. */
  readonly heapBreakWord: number;
}

const OPCODE = {
  end: 0x0b,
  globalSet: 0x24,
  i32Load: 0x28,
  i32Const: 0x41,
  i32Add: 0x6a,
  i32And: 0x71,
} as const;

function word(module: WasmModule, address: number): number | undefined {
  for (const segment of module.data) {
    const offset = address - segment.address;
    if (offset >= 0 && offset + 4 <= segment.bytes.length) {
      const { buffer, byteOffset } = segment.bytes;
      return new DataView(buffer, byteOffset + offset, 4).getUint32(0, true);
    }
  }
  return undefined;
}

function functionCode(module: WasmModule, name: string): Uint8Array {
  const index = module.functionNames.get(name);
  if (index === undefined) throw new Error(`the virtual machine has no function ${name}`);
  return module.codeOf(index);
}

/** `emscripten_stack_init` computes both ends of the stack from constants and sets two globals. */
function stackEnds(module: WasmModule): { base: number; end: number } {
  const code = new WasmReader(functionCode(module, "emscripten_stack_init"));
  if (code.unsigned() !== 0) throw new Error("emscripten_stack_init has local variables");
  const globals = new Map<number, number>();
  const operands: number[] = [];
  const pop = (): number => {
    const value = operands.pop();
    if (value === undefined) throw new Error("emscripten_stack_init takes from an empty stack");
    return value;
  };
  for (let opcode = code.byte(); opcode !== OPCODE.end; opcode = code.byte()) {
    if (opcode === OPCODE.i32Const) operands.push(code.signed());
    else if (opcode === OPCODE.i32Add) operands.push(pop() + pop());
    else if (opcode === OPCODE.i32And) operands.push(pop() & pop());
    else if (opcode === OPCODE.globalSet) globals.set(code.unsigned(), pop());
    else throw new Error(`emscripten_stack_init uses opcode 0x${opcode.toString(16)}`);
  }
  const named = (name: string): number => {
    const value = globals.get(module.globalNames.get(name) ?? -1);
    if (value === undefined) throw new Error(`emscripten_stack_init does not set ${name}`);
    return value;
  };
  return { base: named("__stack_base"), end: named("__stack_end") };
}

/** Finds the heap break: the only variable that `sbrk` loads and that starts as the heap base. */
function heapBreakWord(module: WasmModule, heapBase: number): number {
  const found: number[] = [];
  const code = functionCode(module, "sbrk");
  for (const segment of module.data) {
    const first = (segment.address + 3) & ~3;
    for (let address = first; address + 4 <= segment.address + segment.bytes.length; address += 4) {
      if (word(module, address) === heapBase && loadsFrom(code, address)) found.push(address);
    }
  }
  const [only] = found;
  if (only === undefined || found.length !== 1) {
    throw new Error(`expected one word that holds the heap's break, found ${found.length}`);
  }
  return only;
}

/** Whether the code has an `i32.load` with this fixed offset. */
function loadsFrom(code: Uint8Array, address: number): boolean {
  for (let position = 0; position + 2 < code.length; position += 1) {
    if (code[position] !== OPCODE.i32Load) continue;
    const reader = new WasmReader(code, position + 2);
    let offset = 0;
    try {
      offset = reader.unsigned();
    } catch {
      continue; // The byte was no opcode: no number follows.
    }
    if (offset === address) return true;
  }
  return false;
}

export function memoryLayout(module: WasmModule): MemoryLayout {
  const stackPointer = module.globals[module.globalNames.get("__stack_pointer") ?? -1];
  if (stackPointer === undefined) throw new Error("the module has no global __stack_pointer");
  const { base, end } = stackEnds(module);
  const dataStart = Math.min(...module.data.map((segment) => segment.address));
  const dataEnd = Math.max(...module.data.map((s) => s.address + s.bytes.length));
  if (base !== stackPointer) throw new Error("the stack does not start at its own base");
  if (!(dataStart >= 1024 && dataEnd <= end && end < base)) {
    throw new Error(`data ${dataStart}..${dataEnd} and stack ${end}..${base} are out of order`);
  }
  return {
    dataStart,
    dataEnd,
    bssEnd: end,
    linkedStackTop: base,
    heapBreakWord: heapBreakWord(module, base),
  };
}
