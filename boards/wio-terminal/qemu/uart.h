/* The CMSDK APB UARTs of the mps2-an386. Received bytes wait in a ring until they are read. */
#ifndef UART_H
#define UART_H

#include <stddef.h>
#include <stdint.h>

enum { UART_CONSOLE, UART_LINK, UART_BENCH, UART_LINE, UARTS };

void uart_init(void);
size_t uart_read(unsigned uart, uint8_t *into, size_t space);
void uart_write(unsigned uart, const uint8_t *bytes, size_t length);
void uart_discard(unsigned uart);

/* Interrupt handlers, for the vector table. */
void uart_link_received(void);
void uart_bench_received(void);
void uart_line_received(void);

#endif
