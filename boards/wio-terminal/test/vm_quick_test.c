/*
 * Runs operations in vm_quick.c and in the translated virtual machine, from the same memory, and
 * compares the memory afterwards, except the virtual machine's own stack below its stack pointer.
 */
#define vm_quick before_operation /* the translated loop calls before_operation */
#include "vm.c"
#undef vm_quick

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm_layout.h"
#include "vm_start.h"

uint32_t vm_quick(uint32_t context, uint32_t left);

enum {
  STACK_TOP = VM_BSS_END + 4096, /* the upper end of the virtual machine's own stack */
  CONTEXT = STACK_TOP,
  ACTIVATION = CONTEXT + 512,
  FUNCTION = ACTIVATION + 128,
  GLOBALS = FUNCTION + 32,
  IMAGE = GLOBALS + 64,
  DOUBLES = 64, /* offset in the image, as CODE is */
  CODE = 256,
  CODE_SIZE = 160,
  MEMORY_SIZE = IMAGE + CODE + CODE_SIZE,
  COMPARED = MEMORY_SIZE - CONTEXT,
  LOCAL_COUNT = 6,
  GLOBAL_COUNT = 5,
  DOUBLE_COUNT = 20,
  SUSPENDED = CONTEXT + 70,
  SMALL_INTEGER = 128, /* the first operation that is a literal integer */
  TRIALS = 100000,
};

uint8_t vm_memory[MEMORY_SIZE];
const uint32_t vm_stack_limit = VM_BSS_END;

_Noreturn static void fail(const char *what) {
  printf("%s\n", what);
  exit(1);
}
void vm_stack_overflow(void) { fail("stack overflow"); }
void vm_trap(const char *reason) { fail(reason); }

static uint32_t random_bits(void) {
  static uint32_t state = 2463534242u;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}
static uint32_t below(uint32_t limit) { return (random_bits() >> 8) % limit; }

static u32 to_run;
static u32 runs_of[SMALL_INTEGER + 1];

/* Stops the translated loop after the number of operations that vm_quick ran. */
u32 before_operation(u32 context, u32 left) {
  if (to_run == 0) {
    i32_store8(context, 70, 1);
  } else {
    to_run--;
    const u32 operation = i32_load8_u(IMAGE + i32_load16_u(ACTIVATION, 4), 0);
    runs_of[operation < SMALL_INTEGER ? operation : SMALL_INTEGER]++;
  }
  return left;
}

static double random_double(void) {
  static const double edges[] = {0.0,           -0.0,         0.5,       1.0,           -1.0,
                                 2147483647.0,  2147483648.0, 1e300,     -2147483648.0, 4e-320,
                                 -2147483649.0, 1048575.5,    1048576.0, 2097151.0,     1e-300};
  switch (below(4)) {
    case 0:
      return edges[below(sizeof edges / sizeof *edges)];
    case 1:
      return (double)(int32_t)random_bits() / (1 << below(31));
    case 2:
      return (int32_t)random_bits() * 2.0;
    default:
      return (double)random_bits() / 4294967296.0;
  }
}

static void store_value(u32 at) {
  static const u32 integers[] = {0, 1, 0xffffffff, 0x7fffffff, 0x80000000, 46341, 31};
  static const u32 specials[] = {0, 1, 2, 3, 63, 64, 65, 66, 67}; /* undefined, false, NaN, true… */
  switch (below(8)) {
    case 0:
    case 1:
      i32_store(at, 0, integers[below(7)]);
      i32_store(at, 4, 0xffffffff);
      break;
    case 2:
    case 3:
      i32_store(at, 0, random_bits() >> below(32));
      i32_store(at, 4, 0xffffffff);
      break;
    case 4:
      i32_store(at, 0, specials[below(9)]);
      i32_store(at, 4, 0);
      break;
    case 5: /* a function's number: vm_quick may copy it, but must not compute with it */
      i32_store(at, 0, below(100));
      i32_store(at, 4, 4);
      break;
    default:
      f64_store(at, 0, random_double());
  }
}

static u8 *code;

static void operand(u32 number, u32 wide) {
  if (!wide && number < 248) {
    *code++ = (u8)number;
    return;
  }
  const u32 bytes = 1 + below(4);
  const u32 negative = below(8) == 0 ? 4 : 0;
  *code++ = (u8)(248 | negative | (bytes - 1));
  if (negative) number = 0 - number;
  for (u32 i = bytes; i-- > 0;) *code++ = (u8)(number >> 8 * i);
}

/* Makes a program: mostly operations that fit the depth of the stack, sometimes a random byte. */
static void random_program(u32 depth) {
  static const u8 binary[] = {58, 59, 60, 62, 63, 64, 65, 66, 68, 69, 70, 71};
  static const u8 loads[] = {21, 22, 40, 41};
  const u8 *const end = vm_memory + MEMORY_SIZE - 8;
  code = vm_memory + IMAGE + CODE;
  for (u32 i = 0; i < CODE_SIZE; i++) code[i] = (u8)random_bits();
  while (code < end) {
    const u32 choice = below(100);
    if (choice == 0) {
      *code++ = (u8)random_bits();
    } else if (depth >= 2 && choice < 60) {
      *code++ = binary[below(sizeof binary)];
      depth--;
    } else if (depth == 1 && choice < 45) {
      *code++ = choice < 15 ? 14 : choice < 35 ? 17 : 18;
      if (choice < 15) operand(2 + below(60), 0); /* a jump forwards, mostly into the code */
      else operand(below(GLOBAL_COUNT + (below(30) == 0 ? 2 : 0)), choice == 20);
      depth = 0;
    } else if (depth == 0 && choice < 8) {
      const u32 at = (u32)(code - (vm_memory + IMAGE));
      *code++ = 13;
      if (choice == 2) { /* a jump to 0, which the virtual machine treats as no jump */
        *code++ = 248 | 4 | 1;
        *code++ = (u8)(at >> 8);
        *code++ = (u8)at;
      } else operand(below(6) ? 2 + below(9) : below(300), choice == 1);
    } else if (choice < 70) {
      *code++ = (u8)(128 + below(128));
      depth++;
    } else {
      const u8 load = loads[below(sizeof loads)];
      *code++ = load;
      if (load == 40) operand(random_bits() >> below(32), 1);
      else operand(below(load == 41 ? DOUBLE_COUNT : GLOBAL_COUNT), choice == 80);
      depth++;
    }
  }
}

static void random_state(void) {
  for (u32 at = CONTEXT; at < MEMORY_SIZE; at++) vm_memory[at] = (u8)random_bits();
  const u32 depth = below(4) ? 0 : below(8) ? below(5) : 12 + below(5);
  i32_store(CONTEXT, 0, GLOBALS);
  i32_store8(CONTEXT, 7, 0); /* flags: do not stop at the start */
  i32_store8(CONTEXT, 66, depth);
  i32_store(CONTEXT, 68, 0); /* neither throwing nor suspended nor debugged */
  i32_store(CONTEXT, 228, IMAGE);
  i32_store(CONTEXT, 232, ACTIVATION);
  i32_store16(ACTIVATION, 4, CODE);
  i32_store16(ACTIVATION, 6, CODE + CODE_SIZE - below(100));
  i32_store(ACTIVATION, 16, FUNCTION);
  i32_store(FUNCTION, 0, below(4) ? CODE : 0);
  i32_store16(FUNCTION, 8, LOCAL_COUNT);
  i32_store16(IMAGE, 12, GLOBAL_COUNT);
  i32_store(IMAGE, 48, DOUBLES);
  i32_store(IMAGE, 52, DOUBLE_COUNT * 8);
  for (u32 i = 0; i < LOCAL_COUNT; i++) store_value(ACTIVATION + 24 + 8 * i);
  for (u32 i = 0; i < GLOBAL_COUNT; i++) store_value(GLOBALS + 8 * i);
  for (u32 i = 0; i < DOUBLE_COUNT; i++) f64_store(IMAGE + DOUBLES + 8 * i, 0, random_double());
  for (u32 i = 0; i < depth && i < 16; i++) store_value(CONTEXT + 88 + 8 * i);
  random_program(depth);
}

static void check_one(void) {
  static u8 start[COMPARED], quick[COMPARED];
  random_state();
  memcpy(start, vm_memory + CONTEXT, COMPARED);

  const u32 limit = below(10) ? 2000 : 1 + below(20);
  const u32 left = vm_quick(CONTEXT, limit);
  if (left < 1 || left > limit) fail("vm_quick returned a wrong count");
  memcpy(quick, vm_memory + CONTEXT, COMPARED);

  memcpy(vm_memory + CONTEXT, start, COMPARED);
  to_run = limit - left;
  w2c_devs_vm_exec_opcodes(CONTEXT);
  if (to_run || !vm_memory[SUSPENDED]) fail("the translated loop left early");
  if (vm_global___stack_pointer != STACK_TOP) fail("the stack pointer is not back");
  vm_memory[SUSPENDED] = 0;
  for (u32 i = 0; i < COMPARED; i++) {
    if (quick[i] == vm_memory[CONTEXT + i]) continue;
    printf("byte %u from the context on: vm_quick %u, translated %u, after %u operations\n", i,
           quick[i], vm_memory[CONTEXT + i], limit - left);
    exit(1);
  }
}

/* vm_quick runs no operation if an exception, a halt or a debugger is pending. */
static void check_flags(void) {
  for (u32 flag = 69; flag <= 71; flag++) {
    random_state();
    vm_memory[CONTEXT + flag] = 1;
    vm_memory[IMAGE + CODE] = 144;
    if (vm_quick(CONTEXT, 9) != 9) fail("ran on in spite of a flag");
  }
}

int main(void) {
  static const u8 operations[] = {13, 14, 17, 18, 21, 22, 40, 41, 58, 59,           60,
                                  62, 63, 64, 65, 66, 68, 69, 70, 71, SMALL_INTEGER};
  for (size_t i = 0; i < vm_data_segment_count; i++)
    memcpy(vm_memory + vm_data_segments[i].address, vm_data_segments[i].bytes,
           vm_data_segments[i].length);
  static u8 constants[VM_BSS_END];
  memcpy(constants, vm_memory, VM_BSS_END);
  vm_set_stack_pointer(STACK_TOP);
  check_flags();
  for (u32 i = 0; i < TRIALS; i++) check_one();
  if (memcmp(constants, vm_memory, VM_BSS_END)) fail("constants or variables were changed");
  u32 all = 0;
  for (u32 i = 0; i < sizeof operations; i++)
    if (runs_of[operations[i]] < 1000) {
      printf("operation %u ran %u times only\n", operations[i], runs_of[operations[i]]);
      return 1;
    }
  for (u32 i = 0; i <= SMALL_INTEGER; i++) all += runs_of[i];
  printf("%u operations compared\n", all);
  return 0;
}
