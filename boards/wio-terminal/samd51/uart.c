/* DS60001507, SERCOM USART. */
#include "uart.h"

#include <stdbool.h>

#include "clocks.h"
#include "cortex.h"
#include "pins.h"
#include "registers.h"
#include "ring.h"

#define SERCOM_CTRLA(base) REGISTER32((base) + 0x00)
#define SERCOM_CTRLB(base) REGISTER32((base) + 0x04)
#define SERCOM_BAUD(base) REGISTER16((base) + 0x0c)
#define SERCOM_INTENCLR(base) REGISTER8((base) + 0x14)
#define SERCOM_INTENSET(base) REGISTER8((base) + 0x16)
#define SERCOM_INTFLAG(base) REGISTER8((base) + 0x18)
#define SERCOM_STATUS(base) REGISTER16((base) + 0x1a)
#define SERCOM_SYNCBUSY(base) REGISTER32((base) + 0x1c)
#define SERCOM_DATA(base) REGISTER32((base) + 0x28)

enum {
  USART_CTRLA_SWRST = 1,
  USART_CTRLA_ENABLE = 2,
  USART_CTRLA_INTERNAL_CLOCK = 1 << 2,
  USART_CTRLA_IBON = 1 << 8
};
/* Sends on pad 0 and receives on pad 2, as wired (OSHW-WioTerminal, schematic). */
enum {
  USART_CTRLA_TXPO_0 = 0 << 16,
  USART_CTRLA_RXPO_2 = 2 << 20,
  USART_CTRLA_LSB_FIRST = 1 << 30
};
enum { USART_CTRLB_TXEN = 1 << 16, USART_CTRLB_RXEN = 1 << 17 };
enum { USART_INTERRUPT_DRE = 1 << 0, USART_INTERRUPT_TXC = 1 << 1, USART_INTERRUPT_RXC = 1 << 2 };
enum { USART_STATUS_BUFOVF = 1 << 2, USART_STATUS_ERRORS = 7 /* parity, frame, overflow */ };

#define SERCOM0 0x40003000u
#define SERCOM2 0x41012000u

enum { LINK_BAUD = 614400, CONSOLE_BAUD = 115200 };

/* `received_bytes` holds one whole message of the coprocessor: 4096 bytes and a header. */
static uint8_t received_bytes[4608], link_bytes[256], console_bytes[1024];

static ring received = RING(received_bytes);
static ring to_send[] = {
    [UART_LINK] = RING(link_bytes),
    [UART_CONSOLE] = RING(console_bytes),
};
static const uintptr_t bases[] = {[UART_LINK] = SERCOM0, [UART_CONSOLE] = SERCOM2};
static volatile uint32_t lost;
static bool running; /* a SERCOM without its clock must not be touched */

/* The value of BAUD in arithmetic mode, with 16 samples a bit: 65536 × (1 − 16 × baud / clock). */
static uint16_t divisor(uint32_t baud) {
  return (uint16_t)(65536u - (uint32_t)(((uint64_t)65536 * 16 * baud) / CLOCK_PERIPHERAL_HZ));
}

static void start(uart uart, uint32_t baud) {
  const uintptr_t base = bases[uart];
  SERCOM_CTRLA(base) = USART_CTRLA_SWRST;
  WAIT_FOR(SERCOM_SYNCBUSY(base) == 0, "a UART to reset");
  SERCOM_CTRLA(base) = USART_CTRLA_INTERNAL_CLOCK | USART_CTRLA_IBON | USART_CTRLA_TXPO_0 |
                       USART_CTRLA_RXPO_2 | USART_CTRLA_LSB_FIRST;
  SERCOM_BAUD(base) = divisor(baud);
  SERCOM_CTRLB(base) = USART_CTRLB_TXEN | (uart == UART_LINK ? USART_CTRLB_RXEN : 0);
  WAIT_FOR(SERCOM_SYNCBUSY(base) == 0, "a UART to take its settings");
  SERCOM_CTRLA(base) |= USART_CTRLA_ENABLE;
  WAIT_FOR(SERCOM_SYNCBUSY(base) == 0, "a UART to start");
  if (uart == UART_LINK) SERCOM_INTENSET(base) = USART_INTERRUPT_RXC;
}

static void listen(unsigned line, unsigned priority) {
  cortex_set_priority(line, priority);
  cortex_enable_interrupt(line);
}

void uart_init(void) {
  clock_bus_enable(CLOCK_BUS_APBA, 12); /* SERCOM0 */
  clock_bus_enable(CLOCK_BUS_APBB, 9);  /* SERCOM2 */
  clock_peripheral(CLOCK_CHANNEL_SERCOM0, CLOCK_GENERATOR_48MHZ);
  clock_peripheral(CLOCK_CHANNEL_SERCOM2, CLOCK_GENERATOR_48MHZ);
  pin_give(PIN(PIN_PORT_B, 24), PIN_FUNCTION_C);
  pin_give(PIN(PIN_PORT_C, 24), PIN_FUNCTION_C);
  pin_give(PIN(PIN_PORT_B, 26), PIN_FUNCTION_C);
  start(UART_LINK, LINK_BAUD);
  start(UART_CONSOLE, CONSOLE_BAUD);
  listen(SAMD51_LINE_SERCOM0 + SAMD51_SERCOM_LINE_RXC, SAMD51_PRIORITY_LINK_RECEIVE);
  listen(SAMD51_LINE_SERCOM0 + SAMD51_SERCOM_LINE_DRE, SAMD51_PRIORITY_TRANSMIT);
  listen(SAMD51_LINE_SERCOM2 + SAMD51_SERCOM_LINE_DRE, SAMD51_PRIORITY_TRANSMIT);
  running = true;
}

void uart_link_baud(uint32_t baud) {
  start(UART_LINK, baud);
  uart_link_discard();
  ring_clear(&to_send[UART_LINK]);
}

void uart_link_received(void) {
  while (SERCOM_INTFLAG(SERCOM0) & USART_INTERRUPT_RXC) {
    const uint16_t errors = SERCOM_STATUS(SERCOM0) & USART_STATUS_ERRORS;
    const uint8_t byte = (uint8_t)SERCOM_DATA(SERCOM0);
    if (errors) SERCOM_STATUS(SERCOM0) = errors;
    if (errors & USART_STATUS_BUFOVF) lost++;
    /* A byte with a wrong stop bit is accepted: the CRC of the message detects a wrong byte. */
    if (!ring_put(&received, byte)) lost++;
  }
}

static void send(uart uart) {
  uint8_t byte;
  if (ring_take(&to_send[uart], &byte)) SERCOM_DATA(bases[uart]) = byte;
  else SERCOM_INTENCLR(bases[uart]) = USART_INTERRUPT_DRE;
}

void uart_link_sent(void) { send(UART_LINK); }
void uart_console_sent(void) { send(UART_CONSOLE); }

size_t uart_link_read(uint8_t *into, size_t space) {
  size_t length = 0;
  while (length < space && ring_take(&received, into + length)) length++;
  return length;
}

void uart_link_discard(void) { ring_clear(&received); }

uint32_t uart_link_lost(void) { return lost; }

size_t uart_write(uart uart, const uint8_t *bytes, size_t length) {
  size_t written = 0;
  while (written < length && ring_put(&to_send[uart], bytes[written])) written++;
  if (written > 0 && running) SERCOM_INTENSET(bases[uart]) = USART_INTERRUPT_DRE;
  return written;
}

void uart_drain(uart uart) {
  if (!running) return;
  SERCOM_INTENCLR(bases[uart]) = USART_INTERRUPT_DRE;
  uint8_t byte;
  /*
   * Sends the bytes in the ring. A byte takes 87 µs at 115,200 baud. The wait is bounded, because a
   * UART without a clock never accepts a byte.
   */
  for (uint32_t turns_left = 50000; turns_left > 0; turns_left--) {
    if (!(SERCOM_INTFLAG(bases[uart]) & USART_INTERRUPT_DRE)) continue;
    if (!ring_take(&to_send[uart], &byte)) break;
    SERCOM_DATA(bases[uart]) = byte;
    turns_left = 50000;
  }
  /*
   * The last byte has left its register, but maybe not yet the chip, so this waits for TXC. If no
   * byte was sent, TXC never comes.
   */
  for (uint32_t turns_left = 50000; turns_left > 0; turns_left--) {
    if (SERCOM_INTFLAG(bases[uart]) & USART_INTERRUPT_TXC) break;
  }
}
