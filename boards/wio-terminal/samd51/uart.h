/*
 * Two UARTs: the link to the Wi-Fi coprocessor, and the console, which is there with USB or
 * without: TXD of the header at the back (PB26), 115,200 baud, to be read by any 3.3 V adapter.
 */
#ifndef UART_H
#define UART_H

#include <stddef.h>
#include <stdint.h>

typedef enum { UART_LINK, UART_CONSOLE } uart;

void uart_init(void);

/* Sets the baud rate of the link from the next byte on, and discards what is in the rings. */
void uart_link_baud(uint32_t baud);

/* What has been received on the link, at most `space` bytes. */
size_t uart_link_read(uint8_t *into, size_t space);
void uart_link_discard(void);

/*
 * Bytes received on the link and lost since reset, because its interrupt or its ring was too slow.
 */
uint32_t uart_link_lost(void);

/* Takes what fits, and returns how much. */
size_t uart_write(uart uart, const uint8_t *bytes, size_t length);

/* Sends what was taken without interrupts, for the last words of a run. The wait is bounded. */
void uart_drain(uart uart);

void uart_link_sent(void);     /* interrupt */
void uart_link_received(void); /* interrupt */
void uart_console_sent(void);  /* interrupt */

#endif
