/*
 * The start from reset to the runtime, on any Cortex-M4 (ARMv7-M Architecture Reference Manual,
 * B1.5).
 *
 * There are two stacks. The main stack lies at the bottom of RAM, with only inaccessible memory
 * below it. The handlers have their own stack, so they can still report an overflow of the main
 * one.
 */
#include <stdint.h>
#include <string.h>

#include "cortex.h"
#include "faults.h"
#include "runtime.h"
#include "vectors.h"

extern uint32_t linker_main_stack[], linker_main_stack_top[];
extern uint8_t linker_data[], linker_data_end[], linker_data_image[];
extern uint8_t linker_bss[], linker_bss_end[];

static void start(void) __attribute__((used, noreturn));

void reset_handler(void) {
  /* Thread mode uses the process stack pointer now. Handlers keep the main stack pointer. */
  __asm volatile(
      "cpsid i\n"
      "msr psp, %0\n"
      "movs r0, #2\n"
      "msr control, r0\n"
      "isb\n"
      "b %c1\n" ::"r"(linker_main_stack_top),
      "i"(start)
      : "r0");
  __builtin_unreachable();
}

static void start(void) {
  memcpy(linker_data, linker_data_image, (size_t)(linker_data_end - linker_data));
  memset(linker_bss, 0, (size_t)(linker_bss_end - linker_bss));
  cortex_take_over();
  stack_paint();
  cortex_enable_faults();
  stack_guard();
  runtime_run();
}
