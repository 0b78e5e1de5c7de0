/* The vector table, with the interrupt lines of the mps2-an386. */
#include "vectors.h"

#include "uart.h"

static const handler vectors[VECTORS_FIRST_LINE + 19] __attribute__((section(".vectors"), used)) = {
    CORTEX_VECTORS,
    /* ARM DAI0386B, table 5-1: a UART's receive interrupt is line 2 × its number. */
    [VECTORS_FIRST_LINE + 2] = uart_link_received,
    [VECTORS_FIRST_LINE + 4] = uart_bench_received,
    [VECTORS_FIRST_LINE + 18] = uart_line_received, /* the fourth UART: QEMU hw/arm/mps2.c */
};
