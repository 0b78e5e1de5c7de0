/*
 * An operation takes some 85 instructions in the translated loop: 45 to fetch the operation and to
 * look up and check its function, and the rest in functions that pass each value through memory.
 * Here an operation is a case of a switch, with the state in registers. Nothing is written until it
 * is certain that the operation is a simple one, so the loop can always continue where this stops.
 *
 * This code does the same as the module's own functions, and leaves the same bytes in memory:
 * `translate.ts` stops the build if one of those functions changes, and `vm_quick_test.c` compares
 * all memory after more than 500,000 operations. Invalid programs are detected in the same way: if
 * a depth, an index or a target is out of range, the operation is left to the loop, which panics.
 */
#include "vm_quick.h"

#include <stdbool.h>
#include <string.h>

#include "vm_memory.h"
#include "vm_state.h"

/* The rest of the runtime is compiled for size, this file for speed. */
#pragma GCC optimize("O2")

#define STACK_SIZE (sizeof(((machine *)0)->stack) / sizeof(value))
#define INTEGER 0xffffffffu         /* the upper half of an integer; the lower is its value */
#define DOUBLE_EXPONENT 0x7ff00000u /* none of these bits is set if a value is no number */
enum { VALUE_FALSE = 1, VALUE_FIRST_TRUE = 64 }; /* lower halves, for an upper half of 0 */

enum {
  OP_JUMP = 13,
  OP_JUMP_IF_FALSE = 14,
  OP_STORE_LOCAL = 17,
  OP_STORE_GLOBAL = 18,
  OP_LOAD_LOCAL = 21,
  OP_LOAD_GLOBAL = 22,
  OP_LITERAL = 40,
  OP_LITERAL_DOUBLE = 41,
  OP_ADD = 58,
  OP_SUBTRACT = 59,
  OP_MULTIPLY = 60,
  OP_AND = 62,
  OP_OR = 63,
  OP_XOR = 64,
  OP_SHIFT_LEFT = 65,
  OP_SHIFT_RIGHT = 66,
  OP_EQUAL = 68,
  OP_LESS_OR_EQUAL = 69,
  OP_LESS = 70,
  OP_NOT_EQUAL = 71,
  OP_SMALL = 128, /* from this number on, the operation itself is a literal integer */
  SMALL_ZERO = 144,
  FIRST_LONG_OPERAND = 248, /* below this, the byte itself is the operand */
};

/* Converts as devs_value_to_double does. Returns false if the value is no number. */
static bool to_double(const value *from, double *into) {
  if (from->high == INTEGER) *into = (int32_t)from->low;
  else if (from->high & DOUBLE_EXPONENT) memcpy(into, from, sizeof *into);
  else return false;
  return true;
}

/*
 * Converts as devs_value_from_double does. Makes an integer if possible. Returns false for
 * infinities and NaN.
 */
static bool from_double(double number, value *into) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  const uint32_t high = (uint32_t)(bits >> 32);
  const uint32_t exponent = (high & DOUBLE_EXPONENT) >> 20;
  const value as_it_is = {(uint32_t)bits, high};
  if (exponent == 0x7ff) return false;
  if (exponent == 0) {
    *into = (value){0, INTEGER}; /* zero, or subnormal, which the virtual machine treats as zero */
  } else if (exponent < 1023) {
    *into = as_it_is;
  } else if (exponent > 1053) { /* 2^31 or more */
    *into = bits == 0xc1e0000000000000u ? (value){0x80000000u, INTEGER} : as_it_is;
  } else {
    const uint32_t fraction_bits = 1075 - exponent;
    const uint64_t digits = (bits & 0xfffffffffffffu) | 0x10000000000000u;
    const uint32_t size = (uint32_t)(digits >> fraction_bits);
    if ((uint64_t)size << fraction_bits != digits) *into = as_it_is;
    else *into = (value){high >> 31 ? 0 - size : size, INTEGER};
  }
  return true;
}

/* Executes a binary operation with doubles. */
static bool calculate(uint32_t operation, double left, double right, value *result) {
  switch (operation) {
    case OP_ADD:
      return from_double(left + right, result);
    case OP_SUBTRACT:
      return from_double(left - right, result);
    case OP_MULTIPLY:
      return from_double(left * right, result);
    case OP_LESS:
      *result = (value){left < right ? VALUE_FIRST_TRUE : VALUE_FALSE, 0};
      return true;
    case OP_LESS_OR_EQUAL:
      *result = (value){left <= right ? VALUE_FIRST_TRUE : VALUE_FALSE, 0};
      return true;
    default:
      return false;
  }
}

/*
 * Reads an operation's operand. Returns false if the function ends first. The operand is one byte;
 * or the lower bits of that byte give the sign and how many bytes follow, most significant first.
 */
static inline bool read_operand(const uint8_t *code, uint32_t end, uint32_t *at,
                                uint32_t *operand) {
  if (*at >= end) return false;
  const uint32_t first = code[(*at)++];
  if (first < FIRST_LONG_OPERAND) {
    *operand = first;
    return true;
  }
  uint32_t number = 0;
  for (uint32_t bytes = (first & 3) + 1; bytes; bytes--) {
    if (*at >= end) return false;
    number = number << 8 | code[(*at)++];
  }
  *operand = first & 4 ? 0 - number : number;
  return true;
}

uint32_t vm_quick(uint32_t context, uint32_t left) {
  machine *const vm = vm_at(context);
  if (vm->throwing || vm->suspended || vm->debugged) return left;
  activation *const frame = vm_at(vm->activation);
  const function *const running = vm_at(frame->function);
  const image *const program = vm_at(vm->image);
  const uint8_t *const code = (const uint8_t *)program;
  const uint32_t end = frame->end;
  uint32_t depth = vm->depth;
  uint32_t at = frame->at;

  for (; left > 1 && at < end; left--) {
    uint32_t next = at;
    const uint32_t operation = code[next++];
    uint32_t operand = 0;
    value *const top = &vm->stack[depth];

    if (operation >= OP_SMALL) {
      if (depth >= STACK_SIZE) break;
      *top = (value){operation - SMALL_ZERO, INTEGER};
      depth++;
      at = next;
      continue;
    }
    switch (operation) {
      case OP_JUMP:
      case OP_JUMP_IF_FALSE: {
        const bool conditional = operation == OP_JUMP_IF_FALSE;
        if (depth != conditional || !read_operand(code, end, &next, &operand)) goto leave;
        const uint32_t target = at + operand;
        if ((int32_t)target < (int32_t)running->start || (int32_t)target >= (int32_t)end)
          goto leave;
        if (target == 0) goto leave;
        if (conditional) {
          if (top[-1].high != INTEGER && top[-1].high != 0) goto leave;
          if (top[-1].high ? !top[-1].low : top[-1].low < VALUE_FIRST_TRUE) next = target;
        } else {
          next = target;
        }
        vm->depth_before = depth;
        depth = 0;
        break;
      }
      case OP_STORE_LOCAL:
        if (depth != 1 || !read_operand(code, end, &next, &operand)) goto leave;
        if (operand >= running->locals) goto leave;
        frame->locals[operand] = top[-1];
        vm->depth_before = depth--;
        break;
      case OP_STORE_GLOBAL:
        if (depth != 1 || !read_operand(code, end, &next, &operand)) goto leave;
        if (operand >= program->globals) goto leave;
        ((value *)vm_at(vm->globals))[operand] = top[-1];
        vm->depth_before = depth--;
        break;
      case OP_LOAD_LOCAL:
        if (depth >= STACK_SIZE || !read_operand(code, end, &next, &operand)) goto leave;
        if (operand >= running->locals) goto leave;
        *top = frame->locals[operand];
        vm->depth_before = depth++;
        break;
      case OP_LOAD_GLOBAL:
        if (depth >= STACK_SIZE || !read_operand(code, end, &next, &operand)) goto leave;
        if (operand >= program->globals) goto leave;
        *top = ((const value *)vm_at(vm->globals))[operand];
        vm->depth_before = depth++;
        break;
      case OP_LITERAL:
        if (depth >= STACK_SIZE || !read_operand(code, end, &next, &operand)) goto leave;
        *top = (value){operand, INTEGER};
        vm->depth_before = depth++;
        break;
      case OP_LITERAL_DOUBLE:
        if (depth >= STACK_SIZE || !read_operand(code, end, &next, &operand)) goto leave;
        if (operand >= program->doubles_size / sizeof(value)) goto leave;
        *top = ((const value *)(code + program->doubles_at))[operand];
        vm->depth_before = depth++;
        break;
      case OP_AND:
      case OP_OR:
      case OP_XOR:
      case OP_SHIFT_LEFT:
      case OP_SHIFT_RIGHT: {
        if (depth < 2 || top[-1].high != INTEGER || top[-2].high != INTEGER) goto leave;
        const uint32_t a = top[-2].low, b = top[-1].low;
        vm->right.low = b;
        vm->left.low = a;
        top[-2].low = operation == OP_AND          ? a & b
                      : operation == OP_OR         ? a | b
                      : operation == OP_XOR        ? a ^ b
                      : operation == OP_SHIFT_LEFT ? a << (b & 31)
                                                   : (uint32_t)((int32_t)a >> (b & 31));
        vm->depth_before = depth--;
        at = next;
        continue;
      }
      case OP_ADD:
      case OP_SUBTRACT:
      case OP_MULTIPLY:
      case OP_EQUAL:
      case OP_NOT_EQUAL:
      case OP_LESS:
      case OP_LESS_OR_EQUAL: {
        if (depth < 2) goto leave;
        const value a = top[-2], b = top[-1];
        value result = {0, INTEGER};
        bool done = false;
        if (a.high == INTEGER && b.high == INTEGER) {
          int32_t number;
          const int32_t x = (int32_t)a.low, y = (int32_t)b.low;
          if (operation <= OP_MULTIPLY) {
            done = !(operation == OP_ADD        ? __builtin_add_overflow(x, y, &number)
                     : operation == OP_SUBTRACT ? __builtin_sub_overflow(x, y, &number)
                                                : __builtin_mul_overflow(x, y, &number));
            result.low = (uint32_t)number;
          } else {
            const bool is_true = operation == OP_EQUAL       ? x == y
                                 : operation == OP_NOT_EQUAL ? x != y
                                 : operation == OP_LESS      ? x < y
                                                             : x <= y;
            result = (value){is_true ? VALUE_FIRST_TRUE : VALUE_FALSE, 0};
            done = true;
          }
        }
        if (!done) {
          double x, y;
          if (!to_double(&a, &x) || !to_double(&b, &y)) goto leave;
          if (!calculate(operation, x, y, &result)) goto leave;
          vm->left_number = x;
          vm->right_number = y;
        }
        vm->left = a;
        vm->right = b;
        top[-2] = result;
        vm->depth_before = depth--;
        at = next;
        continue;
      }
      default:
        goto leave;
    }
    /* Only operations with an operand get here. */
    vm->operation_at = at;
    vm->operand = operand;
    at = next;
  }
leave:
  frame->at = at;
  vm->depth = depth;
  return left;
}
