/*
 * A fault becomes a panic that names the cause. The handler has its own stack, so it can also
 * report an overflow of the main stack. ARMv7-M Architecture Reference Manual: B1.5.14 (faults),
 * B3.2.15 (CFSR), B3.2.18 (BFAR).
 */
#include "faults.h"

#include <stdbool.h>

#include "cortex.h"
#include "panic.h"

extern uint32_t linker_main_stack[], linker_main_stack_top[], linker_handler_stack_top[];

#define CFSR CORTEX_REGISTER(0xe000ed28)
#define HFSR CORTEX_REGISTER(0xe000ed2c)
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

enum { FRAME_WORDS = 8 };

/*
 * The main stack ends where RAM begins. The memory protection unit (B3.5) closes the addresses
 * below, so an overflow of any size is a fault.
 */
#define MPU_CTRL CORTEX_REGISTER(0xe000ed94)
#define MPU_RNR CORTEX_REGISTER(0xe000ed98)
#define MPU_RBAR CORTEX_REGISTER(0xe000ed9c)
#define MPU_RASR CORTEX_REGISTER(0xe000eda0)
enum { MPU_ENABLE = 1, MPU_DEFAULT_MAP_ELSEWHERE = 4 };
enum { GUARD_SIZE_LOG2 = 16, GUARD_SIZE = 1 << GUARD_SIZE_LOG2 };
#define RASR_NO_ACCESS (1u << 28 | 0u << 24 | (GUARD_SIZE_LOG2 - 1) << 1 | 1u)

void stack_guard(void) {
  MPU_RNR = 0;
  MPU_RBAR = (uint32_t)linker_main_stack - GUARD_SIZE;
  MPU_RASR = RASR_NO_ACCESS;
  MPU_CTRL = MPU_ENABLE | MPU_DEFAULT_MAP_ELSEWHERE;
  __asm volatile("dsb\nisb" ::: "memory");
}

static bool below_stack(uint32_t address) {
  const uint32_t bottom = (uint32_t)linker_main_stack;
  return address < bottom && address >= bottom - GUARD_SIZE;
}

/*
 * Whether an address is in a stack. Both stacks lie in one piece of memory, the main stack first.
 */
static bool is_stack(uint32_t address) {
  return address >= (uint32_t)linker_main_stack && address % 4 == 0 &&
         address <= (uint32_t)linker_handler_stack_top - 4 * FRAME_WORDS;
}

/*
 * Copies the eight words that the core pushes on the stack in use at a fault (B1.5.6). If that push
 * failed, `frame` may lie outside of the stacks, and nothing is copied.
 */
static void copy_frame(const uint32_t *frame, last_registers *into) {
  if (!is_stack((uint32_t)frame)) return;
  *into = (last_registers){frame[0], frame[1], frame[2], frame[3], frame[4], frame[5],
                           frame[6], frame[7], 0,        0,        0,        0};
}

static _Noreturn void __attribute__((used)) fault(const uint32_t *frame) {
  const uint32_t cause = CFSR;
  const uint32_t address = cause & BFSR_BFARVALID ? BFAR : cause & MMFSR_MMARVALID ? MMFAR : 0;
  last_registers registers = {0};
  uint32_t stack_pointer;
  __asm volatile("mrs %0, psp" : "=r"(stack_pointer));
  const bool overflowed =
      cause & (BFSR_STKERR | MMFSR_MSTKERR) || below_stack(address) || below_stack(stack_pointer);
  if (!overflowed) copy_frame(frame, &registers);
  registers.cfsr = cause;
  registers.hfsr = HFSR;
  registers.mmfar = MMFAR;
  registers.bfar = BFAR;
  if (overflowed) panic_with("main stack overflow", 0, &registers);
  if (cause & UFSR_DIVBYZERO) panic_with("division by zero", 0, &registers);
  if (cause & BFSR_PRECISERR) panic_with("bus fault", address, &registers);
  panic_with("fault", 0, &registers);
}

/* Handles a fault. Bit 2 of the link register says which stack was in use (B1.5.8). */
void __attribute__((naked)) fault_handler(void) {
  __asm volatile(
      "tst lr, #4\n"
      "ite eq\n"
      "mrseq r0, msp\n"
      "mrsne r0, psp\n"
      "b %c0\n" ::"i"(fault));
}

#define PAINT 0xa5a5a5a5u

void stack_paint(void) {
  uint32_t *here;
  __asm volatile("mov %0, sp" : "=r"(here));
  for (uint32_t *at = linker_main_stack; at < here - 16; at++) *at = PAINT;
}

uint32_t stack_size(void) { return (uint32_t)(linker_main_stack_top - linker_main_stack) * 4; }

uint32_t stack_used(void) {
  const uint32_t *at = linker_main_stack;
  while (at < linker_main_stack_top && *at == PAINT) at++;
  return (uint32_t)(linker_main_stack_top - at) * 4;
}
