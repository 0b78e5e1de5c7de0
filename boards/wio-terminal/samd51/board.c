/*
 * The hardware layer on the Wio Terminal's own chip. Pins: Seeed-Studio/OSHW-WioTerminal, the
 * schematic; Seeed-Studio/ArduinoCore-samd variants/wio_terminal.
 */
#include "board.h"

#include "clock_counter.h"
#include "clocks.h"
#include "console.h"
#include "cortex.h"
#include "identity.h"
#include "light.h"
#include "nvm.h"
#include "pins.h"
#include "screen.h"
#include "supply.h"
#include "uart.h"
#include "usb_line.h"

#define LED PIN(PIN_PORT_A, 15)
#define GROVE_LED PIN(PIN_PORT_B, 8) /* D0 of the right-hand Grove socket */
#define HEADER_5V PIN(PIN_PORT_C, 14)
#define HEADER_3V3_OFF PIN(PIN_PORT_C, 15)
#define BUZZER PIN(PIN_PORT_D, 11)
#define INFRARED PIN(PIN_PORT_B, 31)
#define COPROCESSOR PIN(PIN_PORT_A, 18)

/* clang-format off */
static const unsigned buttons[BOARD_KEYS] = {
    [BOARD_BUTTON_A] = PIN(PIN_PORT_C, 26),
    [BOARD_BUTTON_B] = PIN(PIN_PORT_C, 27),
    [BOARD_BUTTON_C] = PIN(PIN_PORT_C, 28),
    [BOARD_SWITCH_UP] = PIN(PIN_PORT_D, 20),
    [BOARD_SWITCH_LEFT] = PIN(PIN_PORT_D, 12),
    [BOARD_SWITCH_RIGHT] = PIN(PIN_PORT_D, 9),
    [BOARD_SWITCH_DOWN] = PIN(PIN_PORT_D, 8),
    [BOARD_SWITCH_PRESS] = PIN(PIN_PORT_D, 10),
};
/* clang-format on */

static void pins_init(void) {
  pin_output(LED, false);
  pin_output(GROVE_LED, false);
  pin_output(HEADER_5V, true);
  pin_output(HEADER_3V3_OFF, false);
  pin_output(BUZZER, false);
  pin_output(INFRARED, false);
  pin_output(COPROCESSOR, false);
  for (unsigned i = 0; i < BOARD_KEYS; i++) pin_input(buttons[i]);
}

void board_init(void) {
  watchdog_start();
  brown_out_init();
  clocks_init();
  cache_init();
  clock_counter_init();
  cortex_start_tick(CLOCK_CORE_HZ);
  pins_init();
  uart_init();
  random_init();
  light_init();
  usb_line_init();
  screen_init();
}

/*
 * Logs the number of lost bytes. A lost byte breaks a message, so this line explains why a call is
 * retried.
 */
static void tell_lost_bytes(uint64_t now_micros) {
  static uint32_t told;
  static uint64_t next_micros;
  const uint32_t lost = uart_link_lost();
  if (lost == told || now_micros < next_micros) return;
  told = lost;
  next_micros = now_micros + 1000000;
  console_line("coprocessor UART: ", console_number(lost), " bytes lost so far", NULL);
}

/* Feeds the watchdog only every 100 ms: each access costs some cycles of a slow clock. */
static void feed_watchdog(uint64_t now_micros) {
  enum { EVERY_MICROS = 100000 };
  static uint64_t due_micros;
  if (now_micros < due_micros) return;
  due_micros = now_micros + EVERY_MICROS;
  watchdog_feed();
}

void board_step(uint64_t now_micros) {
  feed_watchdog(now_micros);
  tell_lost_bytes(now_micros);
  usb_line_step(now_micros);
  screen_step(now_micros);
}

uint64_t board_micros(void) { return clock_counter_micros(); }
void board_wait_for_interrupt(void) { cortex_sleep(); }

const char *board_reset_cause(void) { return reset_cause(); }
board_reset_kind board_why_reset(void) {
  return reset_was_watchdog()   ? BOARD_RESET_WATCHDOG
         : reset_was_software() ? BOARD_RESET_SOFTWARE
                                : BOARD_RESET_POWER;
}

void board_reset(void) {
  uart_drain(UART_CONSOLE);
  cortex_reset();
}

/* Output that does not fit is lost: there may be no reader, and the loop must not block. */
void board_console_write(const char *text, size_t length) {
  uart_write(UART_CONSOLE, (const uint8_t *)text, length);
}

size_t board_link_read(uint8_t *into, size_t space) { return uart_link_read(into, space); }
size_t board_link_write(const uint8_t *bytes, size_t length) {
  return uart_write(UART_LINK, bytes, length);
}
void board_link_discard(void) { uart_link_discard(); }
void board_link_baud(uint32_t baud) { uart_link_baud(baud); }
void board_link_power(bool on) { pin_set(COPROCESSOR, on); }

uint16_t board_light(void) { return light_read(); }

/* The LEDs can't be dimmed: from half of full brightness they are on, below it off. */
void board_led(uint16_t brightness) {
  const bool on = brightness >= 0x8000;
  pin_set(LED, on);
  pin_set(GROVE_LED, on);
}

bool board_button_pressed(unsigned button) { return !pin_read(buttons[button]); }

void board_random(uint8_t *into, size_t length) { random_bytes(into, length); }
uint64_t board_serial_number(void) { return serial_number(); }

/*
 * Erases a block, and feeds the watchdog, because a deploy erases seven blocks and writes thousands
 * of units.
 */
void board_storage_erase(size_t offset) {
  watchdog_feed();
  nvm_erase_block((uintptr_t)board_storage + offset);
}

void board_storage_write(size_t offset, const uint8_t *bytes, size_t length) {
  watchdog_feed();
  nvm_write((uintptr_t)board_storage + offset, bytes, length);
}
