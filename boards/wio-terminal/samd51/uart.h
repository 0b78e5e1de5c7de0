/*
 * Two UARTs: the link to the Wi-Fi coprocessor, and the console. The console is TXD of the header
 * at the back (PB26), 115,200 baud, for any 3.3 V adapter. It works with and without USB.
 */
#ifndef UART_H
#define UART_H

#include <stddef.h>
#include <stdint.h>

typedef enum { UART_LINK, UART_CONSOLE } uart;

void uart_init(void);

/* Sets the baud rate of the link, and discards the bytes in its rings. */
void uart_link_baud(uint32_t baud);

/* Reads received bytes of the link, at most `space`. Returns their number. */
size_t uart_link_read(uint8_t *into, size_t space);
void uart_link_discard(void);

/*
 * The number of bytes of the link lost since reset, because the interrupt was late or the ring
 * full.
 */
uint32_t uart_link_lost(void);

/* Accepts as many bytes as fit. Returns their number. */
size_t uart_write(uart uart, const uint8_t *bytes, size_t length);

/* Sends the accepted bytes without interrupts, for the last log lines of a run. The wait is
 * bounded. */
void uart_drain(uart uart);

void uart_link_sent(void);     /* interrupt handler */
void uart_link_received(void); /* interrupt handler */
void uart_console_sent(void);  /* interrupt handler */

#endif
