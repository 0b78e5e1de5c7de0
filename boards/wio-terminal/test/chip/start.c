#include "program.h"

extern uint32_t stack_top[];

typedef void (*handler)(void);

volatile uint32_t results[16];

/* Handles unexpected exceptions: stores the exception's number as the last result. */
static void unexpected(void) {
  uint32_t number;
  __asm volatile("mrs %0, ipsr" : "=r"(number));
  results[15] = number;
  for (;;) __asm volatile("wfi");
}

void __attribute__((weak)) systick_handler(void) { unexpected(); }
void __attribute__((weak)) sercom0_handler(void) { unexpected(); }
void __attribute__((weak)) supervisor_handler(void) { unexpected(); }
void __attribute__((weak)) memory_handler(void) { unexpected(); }

static void start(void) {
  for (unsigned i = 0; i < 16; i++) results[i] = 0;
  program();
  __asm volatile("cpsid i");
  for (;;) __asm volatile("wfi");
}

static const handler vectors[16 + 64] __attribute__((section(".vectors"), used)) = {
    [0] = (handler)stack_top,
    [1] = start,
    [3] = unexpected,
    [4] = memory_handler,
    [5] = unexpected,
    [6] = unexpected,
    [11] = supervisor_handler,
    [15] = systick_handler,
    [16 + 46] = sercom0_handler,
    [16 + 47] = sercom0_handler,
};
