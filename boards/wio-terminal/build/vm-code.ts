/**
 * Digests of the module's functions that the board's C repeats or shortens. If a release changes
 * one of these functions, the build stops. Then compare the new code with `runtime/vm_quick.c` and
 * with the rules in `translate.ts`, run `vm_quick_test.c` and language.test.ts, and enter the
 * digest from the build's message here.
 */
import { fingerprint } from "../../../server/base/cache";
import type { WasmModule } from "./wasm-module";

/** The first 16 digits of the SHA-256 of each function's code in the module. */
const CODE: Readonly<Record<string, string>> = {
  // `vm_quick.c` repeats these functions.
  devs_vm_exec_opcodes: "3f3f7b0025dc7971",
  devs_vm_pop_arg: "b52e6c2e13c201ff",
  devs_vm_pop_arg_u32: "afa382432b4cb280",
  devs_vm_pop_arg_i32: "afa382432b4cb280",
  devs_value_from_int: "610dbd3080b53837",
  devs_value_from_double: "8de1a24c51d73aa4",
  devs_value_from_bool: "332bf513e66823fe",
  devs_value_to_int: "22e165206d1883f6",
  devs_value_to_double: "013b18f783271c14",
  devs_value_to_bool: "ab208683f3777825",
  devs_is_string: "28048eeeadced20b",
  __fpclassify: "fa870a64603518b9",
  stmtx_jmp: "5e682bcd097c1427",
  stmtx1_jmp_z: "2758de2d4396a899",
  stmtx1_store_local: "8335b9ddccd6f5ee",
  stmtx1_store_global: "ee1c617dfb2fb002",
  exprx_load_local: "21d8cdffa77e6cbf",
  exprx_load_global: "5a0567762529813a",
  exprx_literal: "182016deec935a25",
  exprx_literal_f64: "1d33aaf9a6e3c883",
  expr2_add: "63676568685d11d7",
  expr2_sub: "a0fea711de04d978",
  expr2_mul: "086bdc507b7c31a6",
  expr2_bit_and: "f21b13c88d380f3b",
  expr2_bit_or: "e649bee0949c9a3d",
  expr2_bit_xor: "2dc693bcab391ea5",
  expr2_shift_left: "23e7ecbbd0d9c406",
  expr2_shift_right: "b927a34b38e11315",
  expr2_eq: "bb180fc9a29f3cf3",
  expr2_le: "ca2d3135106064b3",
  expr2_lt: "836e38663b60ad63",
  expr2_ne: "e83f4395e15ccd6a",
  // These functions make, fill and find free blocks: see `withoutSecondFill`.
  devs_gc_add_chunk: "ca071503dc226769",
  devs_gc: "51e541065540d1f5",
  jd_gc_free: "a5a1fd8474e59bf6",
  find_free_block: "408fbbbd145e1df4",
};

/**
 * The table of all operations' properties and function indices. `vm_quick.c` repeats its numbers.
 */
const OPERATIONS = { address: 18808, length: 104 + 4 * 95, digest: "1b5ed924068de7d5" } as const;

export function codeProblems(module: WasmModule): string[] {
  const problems: string[] = [];
  for (const [name, expected] of Object.entries(CODE)) {
    const index = module.functionNames.get(name);
    const actual = index === undefined ? "none" : fingerprint(module.codeOf(index));
    if (actual !== expected) problems.push(`its code of ${name} is ${actual}, not ${expected}`);
  }
  const { address, length, digest: expected } = OPERATIONS;
  const segment = module.data.find((s) => s.address <= address && s.bytes.length > length);
  const from = address - (segment?.address ?? 0);
  const actual = fingerprint(segment?.bytes.subarray(from, from + length) ?? new Uint8Array());
  if (actual !== expected) problems.push(`its table of operations is ${actual}, not ${expected}`);
  return problems;
}
