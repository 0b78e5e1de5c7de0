/*
 * The hardware layer on QEMU's mps2-an386. This emulated board has no light sensor, LED, buttons or
 * enable pin of a coprocessor. Lines of text on a separate UART take their place: see bench.h.
 */
#include "board.h"

#include <string.h>

#include "bench.h"
#include "cortex.h"
#include "panic.h"
#include "uart.h"

/* ARM DAI0386B, section 4.1: the core runs at 25 MHz. */
#define CORE_HZ 25000000u

/* ARM DAI0386B, section 4.5 (FPGA system control and I/O): a counter behind a prescaler. */
#define FPGAIO_COUNTER CORTEX_REGISTER(0x40028018)
#define FPGAIO_PRESCALE CORTEX_REGISTER(0x4002801c)
/* The counter's rate: one count per cycle of the core, as measured against the host's clock. */
enum { COUNTER_MHZ = 25 };

void board_init(void) {
  cortex_start_tick(CORE_HZ);
  FPGAIO_PRESCALE = COUNTER_MHZ - 1;
  uart_init();
  bench_init();
}

/* Extends the counter to 64 bits: it wraps after 71 minutes and is read many times a second. */
uint64_t board_micros(void) {
  static uint64_t wraps;
  static uint32_t last;
  const uint32_t counter = FPGAIO_COUNTER;
  if (counter < last) wraps++;
  last = counter;
  return wraps << 32 | counter;
}

void board_wait_for_interrupt(void) { cortex_sleep(); }

/* The emulated board has no register for the cause. */
const char *board_reset_cause(void) { return "emulator"; }
board_reset_kind board_why_reset(void) { return BOARD_RESET_SOFTWARE; }

/* There is no watchdog, no screen and no USB. */
void board_step(uint64_t now_micros) { (void)now_micros; }

void board_reset(void) { cortex_reset(); }

void board_console_write(const char *text, size_t length) {
  uart_write(UART_CONSOLE, (const uint8_t *)text, length);
}

/* A socket has no DTR, so the line counts as open from the start. */
bool board_line_is_open(void) { return true; }

size_t board_line_read(uint8_t *into, size_t space) { return uart_read(UART_LINE, into, space); }

size_t board_line_write(const uint8_t *bytes, size_t length) {
  uart_write(UART_LINE, bytes, length);
  return length;
}

size_t board_link_read(uint8_t *into, size_t space) { return uart_read(UART_LINK, into, space); }

/* QEMU's UART passes bytes on at once, so all of them fit. */
size_t board_link_write(const uint8_t *bytes, size_t length) {
  uart_write(UART_LINK, bytes, length);
  return length;
}

void board_link_discard(void) { uart_discard(UART_LINK); }

/* QEMU passes bytes on as fast as its host does. */
void board_link_baud(uint32_t baud) { (void)baud; }

/* Calls a service of the emulator's host: the Arm semihosting interface (Arm IHI 0100). */
enum { SYS_OPEN = 0x01, SYS_READ = 0x06 };
enum { MODE_READ_BINARY = 1 };

static uint32_t ask_host(uint32_t operation, const void *arguments) {
  register uint32_t r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = arguments;
  __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_random(uint8_t *into, size_t length) {
  static uint32_t file;
  static const char name[] = "/dev/urandom";
  if (file == 0) {
    const uint32_t open[3] = {(uint32_t)name, MODE_READ_BINARY, sizeof name - 1};
    file = ask_host(SYS_OPEN, open);
    if (file == UINT32_MAX) panic("no random bytes from the host");
  }
  const uint32_t read[3] = {file, (uint32_t)into, length};
  if (ask_host(SYS_READ, read) != 0) panic("no random bytes from the host");
}

/* All emulated boards have the same number. */
uint64_t board_serial_number(void) { return 0x51454d5557494f31u; }

void board_storage_erase(size_t offset) {
  memset((uint8_t *)(uintptr_t)board_storage + offset, 0xff, BOARD_STORAGE_BLOCK);
}

/* As with the chip's flash, a unit must not be written twice. */
void board_storage_write(size_t offset, const uint8_t *bytes, size_t length) {
  uint8_t *const to = (uint8_t *)(uintptr_t)board_storage + offset;
  if (offset % BOARD_STORAGE_UNIT || length % BOARD_STORAGE_UNIT)
    panic("flash write not in whole units");
  for (size_t i = 0; i < length; i++) {
    if (to[i] != 0xff) panic("flash written again before an erase");
  }
  memcpy(to, bytes, length);
}
