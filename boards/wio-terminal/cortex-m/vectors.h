/* The part of a vector table that every Cortex-M4 has: ARMv7-M, B1.5.3. */
#ifndef VECTORS_H
#define VECTORS_H

#include <stdint.h>

#include "cortex.h"
#include "faults.h"

extern uint32_t linker_handler_stack_top[];

void reset_handler(void); /* startup.c */

typedef void (*handler)(void);

enum { VECTORS_FIRST_LINE = 16 };

/* clang-format off */
#define CORTEX_VECTORS                        \
  [0] = (handler)linker_handler_stack_top,    \
  [1] = reset_handler,                        \
  [2] = fault_handler, /* NMI */              \
  [3] = fault_handler, /* hard fault */       \
  [4] = fault_handler, /* memory management */ \
  [5] = fault_handler, /* bus */              \
  [6] = fault_handler, /* usage */            \
  [11] = fault_handler,                       \
  [12] = fault_handler,                       \
  [14] = fault_handler,                       \
  [15] = systick_handler
/* clang-format on */

#endif
