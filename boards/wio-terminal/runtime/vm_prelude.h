/*
 * WebAssembly's operations in C, which the translated virtual machine uses. Included only by the
 * generated file. The rules are those of the WebAssembly core specification 1.0, section 4.3
 * (numerics). The traps are those that a valid module can still cause.
 */
#ifndef VM_PRELUDE_H
#define VM_PRELUDE_H

#include <math.h>
#include <stdint.h>

#include "vm_imports.h"
#include "vm_memory.h"
#include "vm_quick.h"

typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;
typedef float f32;
typedef double f64;

/*
 * Memory. An address is 32 bits wide and wraps, so that flash, which lies below the array, also has
 * an address. Data may be unaligned: a memcpy of fixed size is one or two plain loads on an M4.
 */
static inline void *vm_field(u32 address, u32 offset) { return (u8 *)vm_at(address) + offset; }
#define VM_DEFINE_LOAD(name, stored, widened, result)                  \
  static inline result name(u32 address, u32 offset) {                 \
    stored value;                                                      \
    __builtin_memcpy(&value, vm_field(address, offset), sizeof value); \
    return (result)(widened)value;                                     \
  }
#define VM_DEFINE_STORE(name, stored, given)                                 \
  static inline void name(u32 address, u32 offset, given value) {            \
    stored narrowed = (stored)value;                                         \
    __builtin_memcpy(vm_field(address, offset), &narrowed, sizeof narrowed); \
  }

VM_DEFINE_LOAD(i32_load, u32, u32, u32)
VM_DEFINE_LOAD(i64_load, u64, u64, u64)
VM_DEFINE_LOAD(f32_load, f32, f32, f32)
VM_DEFINE_LOAD(f64_load, f64, f64, f64)
VM_DEFINE_LOAD(i32_load8_s, s8, s32, u32)
VM_DEFINE_LOAD(i64_load8_s, s8, s64, u64)
VM_DEFINE_LOAD(i32_load8_u, u8, u32, u32)
VM_DEFINE_LOAD(i64_load8_u, u8, u64, u64)
VM_DEFINE_LOAD(i32_load16_s, s16, s32, u32)
VM_DEFINE_LOAD(i64_load16_s, s16, s64, u64)
VM_DEFINE_LOAD(i32_load16_u, u16, u32, u32)
VM_DEFINE_LOAD(i64_load16_u, u16, u64, u64)
VM_DEFINE_LOAD(i64_load32_s, s32, s64, u64)
VM_DEFINE_LOAD(i64_load32_u, u32, u64, u64)
VM_DEFINE_STORE(i32_store, u32, u32)
VM_DEFINE_STORE(i64_store, u64, u64)
VM_DEFINE_STORE(f32_store, f32, f32)
VM_DEFINE_STORE(f64_store, f64, f64)
VM_DEFINE_STORE(i32_store8, u8, u32)
VM_DEFINE_STORE(i32_store16, u16, u32)
VM_DEFINE_STORE(i64_store8, u8, u64)
VM_DEFINE_STORE(i64_store16, u16, u64)
VM_DEFINE_STORE(i64_store32, u32, u64)

/* Beyond this size, sbrk calls vm_import_emscripten_resize_heap for each piece of memory. */
#define VM_MEMORY_PAGES 0u

#define VM_SET_STACK_POINTER(value)                    \
  do {                                                 \
    u32 pointer = (value);                             \
    if (pointer < vm_stack_limit) vm_stack_overflow(); \
    vm_global___stack_pointer = pointer;               \
  } while (0)

#define VM_FAST __attribute__((optimize("O2")))
#define FUNC_PROLOGUE
#define FUNC_EPILOGUE
#define UNREACHABLE vm_trap("unreachable")

typedef void (*vm_function)(void);
typedef struct {
  vm_function function;
  u32 type;
} vm_table_entry;

#define VM_CALL_INDIRECT(signature, wanted, index) ((signature)vm_indirect(wanted, index))
static inline vm_function vm_table_lookup(const vm_table_entry *table, u32 size, u32 type,
                                          u32 index) {
  if (index == 0 || index >= size || table[index].type != type)
    vm_trap("indirect call to a wrong type");
  return table[index].function;
}
#define vm_indirect(type, index) \
  vm_table_lookup(vm_table, sizeof vm_table / sizeof vm_table[0], type, index)

/* Integers. Shifts and counts are defined for every operand; an undefined division traps. */
#define I32_CLZ(x) ((x) ? (u32)__builtin_clz(x) : 32u)
#define I64_CLZ(x) ((x) ? (u64)__builtin_clzll(x) : 64u)
#define I32_CTZ(x) ((x) ? (u32)__builtin_ctz(x) : 32u)
#define I64_CTZ(x) ((x) ? (u64)__builtin_ctzll(x) : 64u)
#define I32_ROTL(x, n) (((x) << ((n) & 31)) | ((x) >> ((32 - ((n) & 31)) & 31)))

static inline u32 vm_checked_divisor32(u32 divisor) {
  if (divisor == 0) vm_trap("division by zero");
  return divisor;
}
#define DIV_U(x, y) ((y) == 0 ? (vm_trap("division by zero"), (x)) : (x) / (y))
#define REM_U(x, y) ((y) == 0 ? (vm_trap("division by zero"), (x)) : (x) % (y))
static inline u32 I32_DIV_S(u32 x, u32 y) {
  if (x == 0x80000000u && y == 0xffffffffu) vm_trap("integer overflow");
  return (u32)((s32)x / (s32)vm_checked_divisor32(y));
}
static inline u32 I32_REM_S(u32 x, u32 y) {
  if (y == 0xffffffffu) return 0; /* the remainder is 0, even if the quotient would overflow */
  return (u32)((s32)x % (s32)vm_checked_divisor32(y));
}

/* Convert doubles to integers, rounding towards zero. A number out of the integer's range traps. */
#define VM_DEFINE_TRUNCATE(name, integer, result, low, high)                    \
  static inline result name(f64 x) {                                            \
    if (!(x > (low) && x < (high))) vm_trap("conversion out of integer range"); \
    return (result)(integer)x;                                                  \
  }
VM_DEFINE_TRUNCATE(I32_TRUNC_S_F64, s32, u32, -2147483649.0, 2147483648.0)
VM_DEFINE_TRUNCATE(I32_TRUNC_U_F64, u32, u32, -1.0, 4294967296.0)
/* The first double below -2^63 is 2048 less, so "greater than this double" is "at least -2^63". */
VM_DEFINE_TRUNCATE(I64_TRUNC_S_F64, s64, u64, -9223372036854777856.0, 9223372036854775808.0)
VM_DEFINE_TRUNCATE(I64_TRUNC_U_F64, u64, u64, -1.0, 18446744073709551616.0)

#define VM_DEFINE_REINTERPRET(name, from, to)     \
  static inline to name(from x) {                 \
    to result;                                    \
    __builtin_memcpy(&result, &x, sizeof result); \
    return result;                                \
  }
VM_DEFINE_REINTERPRET(f32_reinterpret_i32, u32, f32)
VM_DEFINE_REINTERPRET(i32_reinterpret_f32, f32, u32)
VM_DEFINE_REINTERPRET(f64_reinterpret_i64, u64, f64)
VM_DEFINE_REINTERPRET(i64_reinterpret_f64, f64, u64)

/*
 * Newlib's functions return a NaN as a quiet NaN, as WebAssembly requires. Conversions between
 * float widths do the same.
 */
#define wasm_quiet(x) (x)
#define wasm_quietf(x) (x)
#define wasm_floor(x) floor(x)
#define wasm_ceil(x) ceil(x)
#define wasm_trunc(x) trunc(x)
#define wasm_fabs(x) __builtin_fabs(x)

#endif
