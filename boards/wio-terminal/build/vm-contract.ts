/**
 * The port's assumptions about the virtual machine's module, and the check of these assumptions.
 * Signatures are written as in `(i32,i32)i32`. If a new version of @devicescript/cli breaks an
 * assumption, the build stops here and names the change.
 */
import { codeProblems } from "./vm-code";
import type { FunctionType, WasmModule } from "./wasm-module";

/**
 * The module's imports. Each import that the module calls is a C function of the same name in
 * `runtime/`. The imports for flash are never called, because the module's store is replaced.
 */
const IMPORTS: Readonly<Record<string, string>> = {
  em_flash_save: "(i32,i32)",
  em_flash_size: "()i32",
  em_flash_load: "(i32,i32)",
  abort: "()",
  em_send_large_frame: "(i32,i32)",
  _devs_panic_handler: "(i32)",
  em_deploy_handler: "(i32)",
  em_jd_crypto_get_random: "(i32,i32)",
  em_send_frame: "(i32)",
  exit: "(i32)",
  em_time_now: "()f64",
  em_print_dmesg: "(i32)",
  _jd_tcpsock_new: "(i32,i32)i32",
  _jd_tcpsock_write: "(i32,i32)i32",
  _jd_tcpsock_close: "()i32",
  _jd_tcpsock_is_available: "()i32",
  fd_close: "(i32)i32",
  emscripten_memcpy_big: "(i32,i32,i32)",
  fd_write: "(i32,i32,i32,i32)i32",
  emscripten_resize_heap: "(i32)i32",
  fd_seek: "(i32,i32,i32,i32,i32)i32",
};

/** The exports that the board calls. */
export const EXPORTS: Readonly<Record<string, string>> = {
  __wasm_call_ctors: "()",
  malloc: "(i32)i32",
  free: "(i32)",
  jd_em_set_device_id_2x_i32: "(i32,i32)",
  jd_em_init: "()",
  jd_em_process: "()i32",
  jd_em_frame_received: "(i32)i32",
  jd_em_devs_deploy: "(i32,i32)i32",
  jd_em_devs_verify: "(i32,i32)i32",
  jd_em_devs_enable_gc_stress: "(i32)",
  jd_em_tcpsock_on_event: "(i32,i32,i32)",
};

/**
 * Functions of the module that the board's C replaces:
 *
 * - The store of settings and program. The module keeps a copy of the whole flash in RAM, and
 *   writes in smaller pieces than the chip can.
 * - Memory and text. newlib's functions process a word at a time.
 * - The allocator. A program's heap would not get its place again (`runtime/vm_heap.c`).
 * - The generator behind Math.random. The module never seeds it, so that each start would give the
 *   same numbers.
 * - The clock. The module reads it hundreds of times a second, through a floating-point number.
 */
export const REPLACED: Readonly<Record<string, string>> = {
  flash_init: "()",
  jd_settings_get_bin: "(i32,i32,i32)i32",
  jd_settings_set_bin: "(i32,i32,i32)i32",
  jd_settings_get_large: "(i32,i32)i32",
  jd_settings_prep_large: "(i32,i32)i32",
  jd_settings_write_large: "(i32,i32,i32)i32",
  jd_settings_sync_large: "()i32",
  __memcpy: "(i32,i32,i32)i32",
  __memset: "(i32,i32,i32)i32",
  memmove: "(i32,i32,i32)i32",
  strlen: "(i32)i32",
  jd_alloc: "(i32)i32",
  jd_free: "(i32)",
  jd_random: "()i32",
  tim_get_micros: "()i64",
};

export function signature(type: FunctionType): string {
  return `(${type.params.join(",")})${type.results.join(",")}`;
}

export function checkContract(module: WasmModule): void {
  const problems: string[] = [];
  const imported = new Set<string>();
  for (const item of module.imports) {
    const expected = IMPORTS[item.name];
    const actual = signature(item.type);
    imported.add(item.name);
    if (expected === undefined) problems.push(`it imports ${item.name}${actual}, which is new`);
    else if (expected !== actual) {
      problems.push(`it imports ${item.name}${actual}, expected ${expected}`);
    }
  }
  for (const name of Object.keys(IMPORTS)) {
    if (!imported.has(name)) problems.push(`it no longer imports ${name}`);
  }
  const checkFunctions = (
    kind: string,
    expected: Readonly<Record<string, string>>,
    indices: ReadonlyMap<string, number>,
  ): void => {
    for (const [name, type] of Object.entries(expected)) {
      const index = indices.get(name);
      if (index === undefined) problems.push(`it has no ${kind} ${name}`);
      else if (signature(module.typeOf(index)) !== type) {
        problems.push(`its ${kind} ${name} is ${signature(module.typeOf(index))}, not ${type}`);
      }
    }
  };
  checkFunctions("export", EXPORTS, module.exports);
  checkFunctions("function", REPLACED, module.functionNames);
  problems.push(...codeProblems(module));
  if (problems.length > 0) {
    throw new Error(
      `the virtual machine in @devicescript/cli is not the one this port was written for:\n` +
        problems.map((problem) => `  - ${problem}`).join("\n"),
    );
  }
}
