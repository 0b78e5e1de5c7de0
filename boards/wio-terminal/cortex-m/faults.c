/*
 * Faults become a panic that names the cause. The handler runs on its own stack, so an overflow of
 * main's, which has no room left to be reported from, is told like any other.
 * ARMv7-M Architecture Reference Manual: B1.5.14 (faults), B3.2.15 (CFSR), B3.2.18 (BFAR).
 */
#include "cortex.h"
#include "panic.h"

extern uint32_t linker_main_stack[], linker_main_stack_top[];

#define CFSR CORTEX_REGISTER(0xe000ed28)
#define MMFAR CORTEX_REGISTER(0xe000ed34)
#define BFAR CORTEX_REGISTER(0xe000ed38)

enum {
  MMFSR_MSTKERR = 1u << 4,
  MMFSR_MMARVALID = 1u << 7,
  BFSR_PRECISERR = 1u << 9,
  BFSR_STKERR = 1u << 12,
  BFSR_BFARVALID = 1u << 15,
  UFSR_DIVBYZERO = 1u << 25,
};

/* An access this far below main's stack is taken for an overflow of it. */
enum { OVERFLOW_REACH = 16384 };

static int below_stack(uint32_t address) {
  const uint32_t bottom = (uint32_t)linker_main_stack;
  return address < bottom && address >= bottom - OVERFLOW_REACH;
}

void fault_handler(void) {
  const uint32_t cause = CFSR;
  const uint32_t address = cause & BFSR_BFARVALID    ? BFAR
                           : cause & MMFSR_MMARVALID ? MMFAR
                                                     : 0;
  uint32_t stack_pointer;
  __asm volatile("mrs %0, psp" : "=r"(stack_pointer));
  if (cause & (BFSR_STKERR | MMFSR_MSTKERR) || below_stack(address) || below_stack(stack_pointer)) {
    panic("main's stack overflowed");
  }
  if (cause & UFSR_DIVBYZERO) panic("division by zero");
  if (cause & BFSR_PRECISERR) panic_at("bus fault", address);
  panic_at("fault, cause", cause);
}

#define PAINT 0xa5a5a5a5u

void cortex_paint_stack(void) {
  uint32_t *here;
  __asm volatile("mov %0, sp" : "=r"(here));
  for (uint32_t *at = linker_main_stack; at < here - 16; at++) *at = PAINT;
}

uint32_t cortex_stack_size(void) {
  return (uint32_t)(linker_main_stack_top - linker_main_stack) * 4;
}

uint32_t cortex_stack_used(void) {
  const uint32_t *at = linker_main_stack;
  while (at < linker_main_stack_top && *at == PAINT) at++;
  return (uint32_t)(linker_main_stack_top - at) * 4;
}
