/**
 * Unicorn 2.0.1 (Debian's libunicorn2): executes instructions of a Cortex-M4, without any knowledge
 * of the chip. Constants: Unicorn's `unicorn.h` and `arm.h`.
 */
import koffi, { type TypeObject } from "koffi";
import { PAGE_BYTES, pages, words } from "./native-memory";
import { slicePath } from "./slice";
import { REGISTER, type RegisterName, type Registers } from "./unicorn-registers";

const ARCH_ARM = 1;
const MODE_THUMB = 1 << 4;
const MODE_MCLASS = 1 << 5;
const CPU_CORTEX_M4 = 9;
const PROTECT = { read: 1, write: 2, execute: 4 } as const;

const HOOK_INTERRUPT = 1 << 0;
const HOOK_MEMORY_INVALID = 0x3f << 4;
const MEMORY_WRITE_PROTECTED = 22;

/** UC_CTL(number, arguments, write = 1). */
const CONTROL_CPU_MODEL = 7 | (1 << 26) | (1 << 30);
const CONTROL_REMOVE_CACHE = 9 | (2 << 26) | (1 << 30);

/** Values of `uc_err`. */
const ERROR_OK = 0;
const ERROR_INVALID_INSTRUCTION = 10;
/** A run's end address that is never reached, because the chip has nothing there. */
const NOWHERE = 0xffff_ffff;

/** An access to an unmapped address, or without permission. */
export interface InvalidAccess {
  readonly address: number;
  readonly size: number;
  /** The kind of access, as `uc_mem_type` numbers it. */
  readonly type: number;
}

/** Why a run ended early. */
export interface Stop {
  /** QEMU's exception number: 2 is SVC, 7 BKPT, 8 a branch to an EXC_RETURN value. */
  readonly interrupt?: number | undefined;
  readonly access?: InvalidAccess | undefined;
  readonly invalidInstruction?: boolean | undefined;
}

const prototype = (text: string): TypeObject => koffi.pointer(koffi.proto(text));
const READ = prototype("uint64_t uc_read(size_t engine, uint64_t offset, uint size, size_t user)");
const WRITE = prototype(
  "void uc_write(size_t engine, uint64_t offset, uint size, uint64_t value, size_t user)",
);
const INTERRUPT = prototype("void uc_interrupt(size_t engine, uint32_t number, size_t user)");
const INVALID = prototype(
  "bool uc_invalid(size_t engine, int type, uint64_t address, int size, int64_t value, size_t user)",
);

/** A library function that returns a `uc_err`. */
type Call = (...values: unknown[]) => number;

/** Loads the library's functions. Call `buildSlice` first. */
function load() {
  // Loaded first: the helper loads the library and replaces some of its functions.
  const helper = koffi.load(slicePath(), { global: true });
  const library = koffi.load("libunicorn.so.2");
  const call = (declaration: string): Call => library.func(declaration);
  return {
    open: call("int uc_open(int arch, int mode, _Out_ size_t *engine)"),
    close: call("int uc_close(size_t engine)"),
    control: call("int uc_ctl(size_t engine, int control, ...)"),
    mapPointer: call(
      "int uc_mem_map_ptr(size_t engine, uint64_t address, size_t size, uint32_t protect, void *bytes)",
    ),
    mapRegisters: call(
      "int uc_mmio_map(size_t engine, uint64_t address, size_t size, void *read, void *u1, void *write, void *u2)",
    ),
    start: call(
      "int uc_emu_start(size_t engine, uint64_t begin, uint64_t until, uint64_t timeout, size_t count)",
    ),
    stop: call("int uc_emu_stop(size_t engine)"),
    readRegister: call("int uc_reg_read(size_t engine, int id, void *value)"),
    writeRegister: call("int uc_reg_write(size_t engine, int id, void *value)"),
    readRegisters: call("int uc_reg_read_batch(size_t engine, void *ids, void *values, int count)"),
    writeRegisters: call(
      "int uc_reg_write_batch(size_t engine, void *ids, void *values, int count)",
    ),
    addHook: call(
      "int uc_hook_add(size_t engine, _Out_ size_t *hook, int type, void *callback, void *user, uint64_t begin, uint64_t end, ...)",
    ),
    watchSlice: helper.func("int slice_watch(size_t engine, void *slice)") as Call,
  };
}

let native: ReturnType<typeof load> | undefined;

export class Unicorn {
  /**
   * Called for a store into read-only memory. If it returns true, the bytes change nevertheless.
   */
  onReadOnlyWrite: (address: number, size: number, value: number) => boolean = () => false;

  private readonly library = (native ??= load());
  private readonly engine: number;
  private readonly callbacks: bigint[] = [];
  private readonly mapped: Buffer[] = []; // kept alive while the engine uses the bytes
  private failure: { error: unknown } | undefined;
  /** `slice` of slice.c: executed, limit. Garbage collection does not move this memory. */
  private readonly slice = words(pages(PAGE_BYTES));
  private readonly word = words(pages(PAGE_BYTES)).subarray(0, 1);
  private interrupt: number | undefined;
  private access: InvalidAccess | undefined;

  constructor() {
    const engine: [number] = [0];
    check("uc_open", this.library.open(ARCH_ARM, MODE_THUMB | MODE_MCLASS, engine));
    this.engine = engine[0];
    check("cpu model", this.library.control(this.engine, CONTROL_CPU_MODEL, "int", CPU_CORTEX_M4));
    check("slice", this.library.watchSlice(this.engine, this.slice));
    this.hook(HOOK_INTERRUPT, INTERRUPT, (_engine: number, number: number) => {
      this.interrupt = number;
      this.library.stop(this.engine);
    });
    this.hook(
      HOOK_MEMORY_INVALID,
      INVALID,
      (
        _engine: number,
        type: number,
        at: number | bigint,
        size: number,
        value: number | bigint,
      ) => {
        const address = Number(at);
        if (type === MEMORY_WRITE_PROTECTED) {
          const word = Number(BigInt.asUintN(32, BigInt(value)));
          if (this.guarded(() => this.onReadOnlyWrite(address, size, word), false)) return true;
        }
        this.access = { type, address, size };
        return false;
      },
    );
  }

  /** Maps memory from `pages`. The core and the caller share the bytes. */
  map(address: number, bytes: Buffer, writable: boolean): void {
    const protect = PROTECT.read | PROTECT.execute | (writable ? PROTECT.write : 0);
    this.mapped.push(bytes);
    check("map", this.library.mapPointer(this.engine, address, bytes.length, protect, bytes));
  }

  mapRegisters(
    address: number,
    size: number,
    read: (address: number, size: number) => number,
    write: (address: number, size: number, value: number) => void,
  ): void {
    const onRead = this.register(READ, (_engine: number, offset: number | bigint, width: number) =>
      this.guarded(() => read(address + Number(offset), width) >>> 0, 0),
    );
    const onWrite = this.register(
      WRITE,
      (_engine: number, offset: number | bigint, width: number, value: number | bigint) =>
        this.guarded(() => write(address + Number(offset), width, Number(value)), undefined),
    );
    check(
      "registers",
      this.library.mapRegisters(this.engine, address, size, onRead, null, onWrite, null),
    );
  }

  /** Halfwords of code executed in this run. The current block counts in full. */
  get executed(): number {
    return this.slice[0] ?? 0;
  }

  /** Executes from `pc`, until `limit` halfwords of code are done or an event stops the run. */
  run(pc: number, limit: number): Stop {
    this.forgetStop();
    this.slice.set([0, limit]);
    const error = this.library.start(this.engine, pc | 1, NOWHERE, 0, 0);
    this.rethrow();
    if (error !== ERROR_OK && error !== ERROR_INVALID_INSTRUCTION && !this.access)
      throw new Error(`Unicorn ended with error ${error} at ${this.read("pc").toString(16)}`);
    return {
      interrupt: this.interrupt,
      access: this.access,
      invalidInstruction: error === ERROR_INVALID_INSTRUCTION,
    };
  }

  /**
   * Ends the run after this many halfwords, between two blocks. Called from callbacks during a run.
   */
  limit(halfwords: number): void {
    this.slice[1] = Math.min(this.slice[1] ?? 0, Math.max(0, Math.ceil(halfwords)));
  }

  read(name: RegisterName): number {
    this.library.readRegister(this.engine, REGISTER[name], this.word);
    return this.word[0] ?? 0;
  }

  write(name: RegisterName, value: number): void {
    this.word[0] = value;
    this.library.writeRegister(this.engine, REGISTER[name], this.word);
  }

  readAll({ ids, addresses }: Registers<RegisterName>): void {
    this.library.readRegisters(this.engine, ids, addresses, ids.length);
  }

  /** Writes the registers in the order of their names. */
  writeAll({ ids, addresses }: Registers<RegisterName>): void {
    this.library.writeRegisters(this.engine, ids, addresses, ids.length);
  }

  /** Drops the translation of code that changed without a store by the core. */
  forgetCode(begin: number, end: number): void {
    check(
      "forget",
      this.library.control(this.engine, CONTROL_REMOVE_CACHE, "uint64_t", begin, "uint64_t", end),
    );
  }

  close(): void {
    this.library.close(this.engine);
    for (const callback of this.callbacks) koffi.unregister(callback);
    this.callbacks.length = this.mapped.length = 0;
  }

  private forgetStop(): void {
    this.interrupt = this.access = this.failure = undefined;
  }

  private rethrow(): void {
    if (this.failure) throw this.failure.error;
  }

  /** Stores a callback's error, which is thrown once the engine has stopped. */
  private guarded<T>(action: () => T, otherwise: T): T {
    try {
      return action();
    } catch (error) {
      this.failure ??= { error };
      this.library.stop(this.engine);
      return otherwise;
    }
  }

  private register(type: TypeObject, callback: (...values: never[]) => unknown): bigint {
    const registered = koffi.register(callback, type);
    this.callbacks.push(registered);
    return registered;
  }

  private hook(kind: number, type: TypeObject, callback: (...values: never[]) => unknown): void {
    // For Unicorn, an end before the begin means all addresses.
    const everywhere = [1, 0];
    const handle: [number] = [0];
    const registered = this.register(type, callback);
    check("hook", this.library.addHook(this.engine, handle, kind, registered, null, ...everywhere));
  }
}

function check(what: string, error: number): void {
  if (error !== ERROR_OK) throw new Error(`Unicorn: ${what}: error ${error}`);
}
