/*
 * Registers: Arm Cortex-M System Design Kit Technical Reference Manual, section 4.3 (APB UART).
 * Addresses and interrupts: ARM DAI0386B, tables 3-4 and 5-1; QEMU hw/arm/mps2.c agrees.
 */
#include "uart.h"

#include "cortex.h"
#include "ring.h"

#define UART_DATA(n) CORTEX_REGISTER(0x40004000 + 0x1000 * (n))
#define UART_STATE(n) CORTEX_REGISTER(0x40004004 + 0x1000 * (n))
#define UART_CTRL(n) CORTEX_REGISTER(0x40004008 + 0x1000 * (n))
#define UART_INTCLEAR(n) CORTEX_REGISTER(0x4000400c + 0x1000 * (n))
#define UART_BAUDDIV(n) CORTEX_REGISTER(0x40004010 + 0x1000 * (n))

enum { STATE_TX_FULL = 1, STATE_RX_FULL = 2 };
enum { CTRL_TX = 1, CTRL_RX = 2, CTRL_RX_INTERRUPT = 8 };
enum { INTERRUPT_RX = 2 };

/* Any divisor works, because QEMU passes bytes on as fast as its host does. 16 is the minimum. */
enum { BAUD_DIVISOR = 16 };

/*
 * Room for one whole message of the coprocessor (4096 bytes and a header), for lines of the bench,
 * and for frames from the computer. As over USB, the computer must wait while there is no room.
 */
static uint8_t link_bytes[4608], bench_bytes[256], line_bytes[1024];

static ring link_ring = RING(link_bytes);
static ring bench_ring = RING(bench_bytes);
static ring line_ring = RING(line_bytes);
static ring *const rings[UARTS] = {
    [UART_LINK] = &link_ring, [UART_BENCH] = &bench_ring, [UART_LINE] = &line_ring};

/* The receive interrupt of UART n is line 2 n, except for the fourth UART. */
static unsigned receive_interrupt(unsigned uart) { return uart == UART_LINE ? 18 : 2 * uart; }

void uart_init(void) {
  for (unsigned uart = 0; uart < UARTS; uart++) {
    UART_BAUDDIV(uart) = BAUD_DIVISOR;
    UART_CTRL(uart) = CTRL_TX | (rings[uart] ? CTRL_RX | CTRL_RX_INTERRUPT : 0);
    if (rings[uart]) cortex_enable_interrupt(receive_interrupt(uart));
  }
}

static void received(unsigned uart) {
  ring *const ring = rings[uart];
  UART_INTCLEAR(uart) = INTERRUPT_RX;
  while (UART_STATE(uart) & STATE_RX_FULL) {
    if (uart == UART_LINE && ring_is_full(ring)) return; /* QEMU keeps the byte until it is read */
    ring_put(ring, (uint8_t)UART_DATA(uart)); /* a byte that does not fit is lost; a CRC shows it */
  }
}

void uart_link_received(void) { received(UART_LINK); }
void uart_bench_received(void) { received(UART_BENCH); }
void uart_line_received(void) { received(UART_LINE); }

size_t uart_read(unsigned uart, uint8_t *into, size_t space) {
  ring *const ring = rings[uart];
  size_t length = 0;
  while (length < space && ring_take(ring, into + length)) length++;
  if (uart == UART_LINE && length > 0) {
    /*
     * A byte that QEMU kept because the ring was full causes no further interrupt, so it is read
     * here.
     */
    cortex_disable_interrupt(receive_interrupt(uart));
    received(uart);
    cortex_enable_interrupt(receive_interrupt(uart));
  }
  return length;
}

void uart_write(unsigned uart, const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    while (UART_STATE(uart) & STATE_TX_FULL) {
    }
    UART_DATA(uart) = bytes[i];
  }
}

void uart_discard(unsigned uart) { ring_clear(rings[uart]); }
