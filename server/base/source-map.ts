/**
 * Maps places in the bytecode to lines of the TypeScript, using the compiler's debug information.
 * Pure.
 */

/** The parts of the compiler's `bytecode-dbg.json` that are used here. */
export interface DebugInfo {
  functions: { name: string; startpc: number }[];
  /**
   * Three numbers for each piece of code: its first character in all sources joined together, its
   * length in characters, and its first program counter. The first and the third are relative to
   * the previous entry.
   */
  srcmap: number[];
  sources: { path: string; length: number; text: string }[];
}

/** The content of `DebugInfo` that `locate` needs, small enough to store beside each program. */
export interface SourceMap {
  functions: [name: string, startPc: number][];
  sources: string[];
  /** Three numbers for each piece of code: its program counter, source and line. */
  code: number[];
}

export function sourceMapOf({ functions, srcmap, sources }: DebugInfo): SourceMap {
  const starts: number[] = [];
  let end = 0;
  for (const { length } of sources) {
    starts.push(end);
    end += length;
  }
  const lines = sources.map(({ text }) => lineStarts(text));
  const code: number[] = [];
  let at = 0;
  let pc = 0;
  for (let i = 0; i + 2 < srcmap.length; i += 3) {
    at += srcmap[i] as number;
    pc += srcmap[i + 2] as number;
    const source = lastUpTo(starts, at);
    code.push(pc, source, lastUpTo(lines[source] ?? [], at - (starts[source] ?? 0)) + 1);
  }
  return {
    functions: functions.map(({ name, startpc }) => [name, startpc]),
    sources: sources.map(({ path }) => path),
    code,
  };
}

/** Matches a place as the virtual machine prints it: function name, number and offset. */
const FRAME = /\bat (\w*)_F(\d+) \(pc:(\d+)\)/;

/**
 * Returns the line of the sources at which the virtual machine reports an error.
 * @param text with a place in it, such as "panic 60005 at main_F0 (pc:86)"
 * @returns for example "src/main.ts:49"; undefined if the text has no place, or its place is in
 * another program
 */
export function locate(text: string, { functions, sources, code }: SourceMap): string | undefined {
  const [, name, number, offset] = FRAME.exec(text) ?? [];
  const [known, startPc = 0] = functions[Number(number)] ?? [];
  if (name === undefined || name !== known) return undefined;
  // The machine reports the position after the instruction that it has read.
  const pc = startPc + Math.max(0, Number(offset) - 1);
  const pcs = code.filter((_, i) => i % 3 === 0);
  const entry = 3 * lastUpTo(pcs, pc);
  const source = sources[code[entry + 1] ?? -1];
  return source === undefined ? undefined : `${source}:${code[entry + 2] ?? 0}`;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}

/**
 * Searches an ascending list.
 * @returns the index of the last number that is not above `value`
 */
function lastUpTo(numbers: number[], value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
