/**
 * Turns wasm2c's C into C for a small chip.
 *
 * wasm2c (Debian's wabt 1.0.32) generates code for a host with virtual memory: each access checks
 * bounds through a memory structure, each function takes its instance as an argument, and the
 * function table is filled at run time. The board has one instance. So the memory is one array, the
 * globals are variables, and the table is a constant in flash. The macros for the result are in
 * `runtime/vm_prelude.h`.
 *
 * Every rewriting rule is checked: if a part of wasm2c's output matches no rule, the build stops.
 */
import { EXPORTS, REPLACED, signature } from "./vm-contract";
import type { ValueType, WasmModule } from "./wasm-module";

const C_TYPE: Readonly<Record<ValueType, string>> = {
  i32: "u32",
  i64: "u64",
  f32: "f32",
  f64: "f64",
};

/**
 * Functions compiled for speed; all others are compiled for size. These functions and the
 * arithmetic with doubles account for the time that `npm run bench wio-speed` still takes.
 */
const FAST = [
  ...["devs_vm_exec_opcodes", "devs_vm_pop_arg", "devs_gc_obj_check_core", "devs_value_typeof"],
  ...["stringify_obj", "stringify_field", "devs_json_escape_core", "jd_vsprintf_ext"],
  ...["jd_print_double", "devs_img_get_utf8", "devs_img_stridx_ok", "devs_string_get_utf8"],
  ...["jd_gc_any_try_alloc", "devs_object_get_attached", "devs_maplike_iter", "consume_chunk"],
  ...["devs_string_prep", "devs_get_static_utf8", "devs_string_finish", "find_free_block"],
  ...["devs_value_to_string", "devs_any_set", "devs_is_string", "devs_map_set", "lookup"],
  ...["fun3_JSON_stringify", "devs_gc", "__powidf2", "stmt3_index_set", "devs_map_try_alloc"],
  ...["devs_fiber_call_function", "devs_function_bind", "devs_object_get"],
] as const;

const GLOBALS_IN_USE = ["__stack_pointer", "__stack_end", "__stack_base", "tempRet0"] as const;

export function translate(wasm2cOutput: string, module: WasmModule): string {
  const { declarations, table, bodies } = cut(wasm2cOutput);
  const plain = rewrite(`${declarations}\n${table}\n${withoutReplaced(bodies)}`);
  const code = madeFast(withoutSecondFill(withQuickOperations(plain)));
  const leftover = /.*(\binstance\b|_instance_t|wasm_rt_|\bZ_|w2c_memory|#include).*/.exec(code);
  if (leftover) throw new Error(`wasm2c wrote something new: ${leftover[0].trim()}`);
  return [
    "/* Generated from the virtual machine in @devicescript/cli. MIT licence, Microsoft. */",
    '#include "vm_prelude.h"',
    ...GLOBALS_IN_USE.map((name) => `static u32 vm_global_${name};`),
    ...importDeclarations(module),
    code,
    ...exportedFunctions(module),
    "void vm_set_stack_pointer(u32 top) { vm_global___stack_pointer = top; }",
    "void vm_descend(void) { for (;;) VM_SET_STACK_POINTER(vm_global___stack_pointer - 16); }",
    "",
  ].join("\n");
}

/** Cuts out the function declarations, the table's contents and the function bodies. */
function cut(source: string): { declarations: string; table: string; bodies: string } {
  const at = (text: string, from = 0): number => {
    const position = source.indexOf(text, from);
    if (position < 0) throw new Error(`wasm2c's output has no "${text}"`);
    return position;
  };
  const firstFunction = "static void w2c___wasm_call_ctors(";
  const declarations = source.slice(at(firstFunction), at("static void init_globals("));
  const tableStart = at("static const wasm_elem_segment_expr_t elem_segment_exprs_");
  const tableEnd = at("};", tableStart);
  const bodiesStart = at(firstFunction, tableEnd);
  // The wrappers of the exports follow the bodies. A comment marks the first wrapper.
  const bodies = source.slice(bodiesStart, at("/* export: ", bodiesStart));
  return { declarations, table: functionTable(source.slice(tableStart, tableEnd)), bodies };
}

/**
 * Generates the function table. Entry 0 is empty, a null function pointer, as in clang's output.
 */
function functionTable(elements: string): string {
  const rows = [...elements.matchAll(/^ {2}\{(\d+), \(wasm_rt_function_ptr_t\)&(\w+), 0\},$/gm)];
  if (rows.length !== elements.split("\n").filter((line) => line.startsWith("  {")).length) {
    throw new Error("wasm2c's function table has an entry of an unknown form");
  }
  return [
    "static const vm_table_entry vm_table[] = {",
    "  {0, 0},",
    ...rows.map(([, type, name]) => `  {(vm_function)&${name}, ${type}},`),
    "};",
  ].join("\n");
}

function withoutReplaced(bodies: string): string {
  let kept = bodies;
  for (const name of Object.keys(REPLACED)) {
    const body = new RegExp(`^static \\w+ w2c_${name}\\([^)]*\\) \\{\\n[^]*?^\\}\\n`, "m");
    if (!body.test(kept)) throw new Error(`wasm2c's output has no body of ${name}`);
    kept = kept.replace(body, "");
  }
  return kept;
}

/**
 * Lets `vm_quick` execute the most common operations before the module's loop executes the next
 * one.
 */
function withQuickOperations(code: string): string {
  return inFunction(
    code,
    "devs_vm_exec_opcodes",
    // The head of the loop, and the count of remaining operations.
    /(\n {2}w2c_L3: \n {4}w2c_i0 = w2c_l2;\n {4}w2c_l2 = w2c_i0;)(\n {4}w2c_i0 = w2c_l3;\n {4}w2c_i1 = 4294967295u;\n {4}w2c_i0 \+= w2c_i1;\n {4}w2c_l4 = w2c_i0;)/,
    "$1\n    w2c_l3 = vm_quick(w2c_p0, w2c_l3);$2",
  );
}

/**
 * Removes a redundant fill. The machine fills each free block of a program's heap with 0x37, to
 * detect writes after free. When the machine takes an object from a block, it fills the rest of the
 * block again: up to 57 KB for each object. The rest already contains 0x37, because every function
 * that makes a free block fills the whole block (`devs_gc_add_chunk`, `devs_gc`, `jd_gc_free`).
 * Under `gcStress`, which language.test.ts runs, the machine itself checks each byte of the free
 * blocks at each allocation.
 */
function withoutSecondFill(code: string): string {
  return inFunction(
    code,
    "find_free_block",
    /(\n {4}w2c_i0 = w2c_l3;\n {4}w2c_i1 = 8u;\n {4}w2c_i0 \+= w2c_i1;\n {4}w2c_i1 = 55u;\n {4}w2c_i2 = w2c_l10;\n(?: {4}w2c_i[23] .*\n){4}) {4}w2c_i0 = w2c___memset\(w2c_i0, w2c_i1, w2c_i2\);/,
    "$1",
  );
}

function madeFast(code: string): string {
  return FAST.reduce((text, name) => inFunction(text, name, /^static /, "VM_FAST static "), code);
}

/** Changes one place in a function's body. If the place is missing, the build stops. */
function inFunction(code: string, name: string, place: RegExp, by: string): string {
  const body = new RegExp(`^static \\w+ w2c_${name}\\([^)]*\\) \\{\\n[^]*?^\\}\\n`, "m");
  const found = body.exec(code)?.[0] ?? "";
  if (!place.test(found)) throw new Error(`wasm2c's ${name} is not as it was`);
  return code.replace(found, () => found.replace(place, by));
}

function rewrite(code: string): string {
  const replaced = Object.keys(REPLACED).join("|");
  return (
    code
      // The static declarations of replaced functions lose their storage class.
      .replace(new RegExp(`^static (\\w+ w2c_(?:${replaced})\\()`, "gm"), "$1")
      // Functions have no instance, neither as a parameter nor as an argument.
      .replace(/\bZ_\w+_instance_t\*(?: instance)?(, )?/g, (_all, more?: string) =>
        more ? "" : "void",
      )
      .replace(
        /CALL_INDIRECT\(instance->\w+, (\w+) \(\*\)\(void\*(?:, )?([^)]*)\), (\d+), (\w+), instance->\w+\.data\[\w+\]\.module_instance(?:, )?/g,
        (_all, result: string, params: string, type: string, index: string) =>
          `VM_CALL_INDIRECT(${result} (*)(${params || "void"}), ${type}, ${index})(`,
      )
      .replace(
        /\(\*Z_(?:env|wasi_snapshot_preview1)Z_(\w+)\)\(instance->\w+_instance(?:, )?/g,
        "vm_import_$1(",
      )
      .replace(/\bw2c_(\w+)\(instance(?:, )?/g, "w2c_$1(")
      // There is one memory, with 32-bit addresses.
      .replace(
        /&instance->w2c_memory, \(u64\)\((\w+)\)(?: \+ (\d+)u?)?/g,
        (_all, address: string, offset = "0") => `${address}, ${offset}`,
      )
      .replace(/instance->w2c_memory\.pages/g, "VM_MEMORY_PAGES")
      // Globals become variables. Each new stack pointer is checked where the code sets it.
      .replace(/instance->w2c___stack_pointer = (\w+);/g, "VM_SET_STACK_POINTER($1);")
      .replace(
        /instance->w2c_(__stack_pointer|__stack_end|__stack_base|tempRet0)\b/g,
        "vm_global_$1",
      )
  );
}

function importDeclarations(module: WasmModule): string[] {
  return module.imports.map(({ name, type }) => {
    const params = type.params.map((param) => C_TYPE[param]).join(", ") || "void";
    const result = type.results[0];
    return `${result ? C_TYPE[result] : "void"} vm_import_${name}(${params});`;
  });
}

function exportedFunctions(module: WasmModule): string[] {
  const names = new Map([...module.functionNames].map(([name, index]) => [index, name]));
  return Object.keys(EXPORTS).map((exported) => {
    const index = module.exports.get(exported);
    const name = index === undefined ? undefined : names.get(index);
    if (index === undefined || name === undefined || !/^\w+$/.test(name)) {
      throw new Error(`export ${exported} has no name that is a C name`);
    }
    const type = module.typeOf(index);
    if (type.results.length > 1) throw new Error(`${exported}${signature(type)} returns several`);
    const result = type.results[0];
    const params = type.params.map((param, i) => `${C_TYPE[param]} p${i}`).join(", ") || "void";
    const call = `w2c_${name}(${type.params.map((_, i) => `p${i}`).join(", ")});`;
    return result
      ? `${C_TYPE[result]} vm_${exported}(${params}) { return ${call} }`
      : `void vm_${exported}(${params}) { ${call} }`;
  });
}
