/**
 * Reads the parts of a WebAssembly module that the port depends on: imports, exports, globals, data
 * segments, function names, and the code of single functions.
 * WebAssembly core specification 1.0, chapter 5 (binary format) and appendix 7.4 (name section).
 */

export type ValueType = "i32" | "i64" | "f32" | "f64";

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface FunctionImport {
  readonly name: string;
  readonly type: FunctionType;
}

export interface DataSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface WasmModule {
  readonly imports: readonly FunctionImport[];
  /** Function index by name, for exported functions only. */
  readonly exports: ReadonlyMap<string, number>;
  /** Initial values of the i32 globals, by index; undefined for a global of another type. */
  readonly globals: readonly (number | undefined)[];
  readonly globalNames: ReadonlyMap<string, number>;
  readonly data: readonly DataSegment[];
  readonly functionNames: ReadonlyMap<string, number>;
  typeOf(functionIndex: number): FunctionType;
  codeOf(functionIndex: number): Uint8Array;
}

const VALUE_TYPES: ReadonlyMap<number, ValueType> = new Map([
  [0x7f, "i32"],
  [0x7e, "i64"],
  [0x7d, "f32"],
  [0x7c, "f64"],
]);

const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  global: 6,
  export: 7,
  code: 10,
  data: 11,
} as const;

export class WasmReader {
  position: number;

  constructor(
    readonly bytes: Uint8Array,
    position = 0,
    readonly end = bytes.length,
  ) {
    this.position = position;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined || this.done) throw new Error("WASM module ends too early");
    this.position += 1;
    return value;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error("WASM number is longer than 32 bits");
  }

  signed(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return byte & 0x40 && shift < 25 ? value | (-1 << (shift + 7)) : value;
    }
    throw new Error("WASM number is longer than 32 bits");
  }

  take(length: number): Uint8Array {
    if (this.position + length > this.end) throw new Error("WASM module ends too early");
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  text(): string {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.unsigned() }, read);
  }

  sub(length: number): WasmReader {
    const start = this.position;
    this.take(length);
    return new WasmReader(this.bytes, start, this.position);
  }
}

function valueType(reader: WasmReader): ValueType {
  const code = reader.byte();
  const type = VALUE_TYPES.get(code);
  if (type === undefined) throw new Error(`unknown WASM value type 0x${code.toString(16)}`);
  return type;
}

/** Reads a constant expression of one instruction. @returns undefined unless the type is i32 */
function constantI32(reader: WasmReader): number | undefined {
  const opcode = reader.byte();
  let value: number | undefined;
  if (opcode === 0x41) value = reader.signed() >>> 0;
  else if (opcode === 0x43) reader.take(4);
  else if (opcode === 0x44) reader.take(8);
  else if (opcode === 0x42) while (reader.byte() >= 0x80);
  else throw new Error(`constant expression begins with opcode 0x${opcode.toString(16)}`);
  if (reader.byte() !== 0x0b) throw new Error("constant expression has more than one instruction");
  return value;
}

export function parseWasm(bytes: Uint8Array): WasmModule {
  const header = new WasmReader(bytes);
  if (Buffer.from(header.take(8)).toString("hex") !== "0061736d01000000") {
    throw new Error("not a WebAssembly module of version 1");
  }
  const types: FunctionType[] = [];
  const imports: FunctionImport[] = [];
  const localTypes: number[] = [];
  const bodies: Uint8Array[] = [];
  const globals: (number | undefined)[] = [];
  const data: DataSegment[] = [];
  const exports = new Map<string, number>();
  const functionNames = new Map<string, number>();
  const globalNames = new Map<string, number>();

  const readImport = (section: WasmReader): void => {
    const [module, name, kind] = [section.text(), section.text(), section.byte()];
    if (kind !== 0) throw new Error(`${module}.${name} is not a function: imports must be`);
    const type = types[section.unsigned()];
    if (type === undefined) throw new Error(`${module}.${name} has no type`);
    imports.push({ name, type });
  };

  const readNames = (section: WasmReader): void => {
    while (!section.done) {
      const kind = section.byte();
      const names = section.sub(section.unsigned());
      const target = kind === 1 ? functionNames : kind === 7 ? globalNames : undefined;
      if (target === undefined) continue;
      names.list(() => {
        const index = names.unsigned();
        target.set(names.text(), index);
      });
    }
  };

  while (!header.done) {
    const id = header.byte();
    const section = header.sub(header.unsigned());
    switch (id) {
      case SECTION.type:
        section.list(() => {
          if (section.byte() !== 0x60) throw new Error("a type that is not a function type");
          const params = section.list(() => valueType(section));
          types.push({ params, results: section.list(() => valueType(section)) });
        });
        break;
      case SECTION.import:
        section.list(() => readImport(section));
        break;
      case SECTION.function:
        section.list(() => localTypes.push(section.unsigned()));
        break;
      case SECTION.global:
        section.list(() => {
          valueType(section);
          section.byte();
          globals.push(constantI32(section));
        });
        break;
      case SECTION.export:
        section.list(() => {
          const [name, kind, index] = [section.text(), section.byte(), section.unsigned()];
          if (kind === 0) exports.set(name, index);
        });
        break;
      case SECTION.code:
        section.list(() => bodies.push(section.take(section.unsigned())));
        break;
      case SECTION.data:
        section.list(() => {
          if (section.unsigned() !== 0) throw new Error("a data segment that is not active");
          const address = constantI32(section);
          if (address === undefined) throw new Error("a data segment without an i32 address");
          data.push({ address, bytes: section.take(section.unsigned()) });
        });
        break;
      case SECTION.custom:
        if (section.text() === "name") readNames(section);
        break;
      default:
        break;
    }
  }

  const local = <T>(list: readonly T[], functionIndex: number): T => {
    const item = list[functionIndex - imports.length];
    if (item === undefined) throw new Error(`function ${functionIndex} is not in the module`);
    return item;
  };
  return {
    imports,
    exports,
    globals,
    globalNames,
    data,
    functionNames,
    typeOf: (index) => {
      const type = imports[index]?.type ?? types[local(localTypes, index)];
      if (type === undefined) throw new Error(`function ${index} has no type`);
      return type;
    },
    codeOf: (index) => local(bodies, index),
  };
}
