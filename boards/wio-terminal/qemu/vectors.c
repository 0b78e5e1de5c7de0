/* The vector table: ARMv7-M Architecture Reference Manual, B1.5.3, then the machine's own lines. */
#include <stdint.h>

#include "cortex.h"
#include "uart.h"

extern uint32_t linker_handler_stack_top[];

typedef void (*handler)(void);

static const handler vectors[16 + 19] __attribute__((section(".vectors"), used)) = {
    [0] = (handler)linker_handler_stack_top,
    [1] = reset_handler,
    [2] = fault_handler, /* NMI */
    [3] = fault_handler, /* hard fault */
    [4] = fault_handler, /* memory management */
    [5] = fault_handler, /* bus */
    [6] = fault_handler, /* usage */
    [11] = fault_handler,
    [12] = fault_handler,
    [14] = fault_handler,
    [15] = systick_handler,
    /* ARM DAI0386B, table 5-1: a UART's receive interrupt is line 2 × its number. */
    [16 + 2] = uart_link_received,
    [16 + 4] = uart_bench_received,
    [16 + 18] = uart_line_received, /* the fourth's: QEMU hw/arm/mps2.c */
};
