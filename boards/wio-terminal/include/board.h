/*
 * The hardware layer: everything that the runtime needs from a board. `samd51/` implements it on
 * the Wio Terminal's chip, `qemu/` on an emulated Cortex-M4. Code above this header accesses no
 * register.
 *
 * Functions return at once unless their comment says otherwise. None may be called from an
 * interrupt.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts the clocks, pins, UARTs and the tick. Called once, before any other function. */
void board_init(void);

/* Why the chip was reset: as a text, and as a kind. */
const char *board_reset_cause(void);
typedef enum {
  BOARD_RESET_POWER, /* power-on, or the reset button */
  BOARD_RESET_WATCHDOG,
  BOARD_RESET_SOFTWARE
} board_reset_kind;
board_reset_kind board_why_reset(void);

/* Serves the watchdog, the screen and USB. Called in each round of the loop. */
void board_step(uint64_t now_micros);

/* Time since reset, µs. The time never goes back, and 64 bits do not wrap. */
uint64_t board_micros(void);

/* Sleeps until an interrupt, for about a millisecond at most. Received bytes are not lost. */
void board_wait_for_interrupt(void);

/* Restarts the chip. */
_Noreturn void board_reset(void);

/* Writes to the console. May block while bytes drain, or drop bytes that do not fit. */
void board_console_write(const char *text, size_t length);

/*
 * The serial line to a computer: USB on the chip. While no program has the line open, reads return
 * 0 bytes and writes accept 0 bytes.
 */
bool board_line_is_open(void);
size_t board_line_read(uint8_t *into, size_t space);
/* Accepts as many bytes as fit. Returns their number. */
size_t board_line_write(const uint8_t *bytes, size_t length);

/* The UART to the Wi-Fi coprocessor. */
size_t board_link_read(uint8_t *into, size_t space);
/* Accepts as many bytes as fit. Returns their number. */
size_t board_link_write(const uint8_t *bytes, size_t length);
void board_link_discard(void);       /* discards the received bytes */
void board_link_baud(uint32_t baud); /* sets the bits per second; 614,400 after reset */
/* The coprocessor's enable pin (CHIP_PU). */
void board_link_power(bool on);

/* The light at the sensor: 0 is dark, 65535 full scale. */
uint16_t board_light(void);
/* Sets the LED: 0 is off, 65535 full on. */
void board_led(uint16_t brightness);

enum {
  BOARD_BUTTON_A,
  BOARD_BUTTON_B,
  BOARD_BUTTON_C,
  BOARD_BUTTONS,
  /* The 5-way switch; only on boards with a screen. */
  BOARD_SWITCH_UP = BOARD_BUTTONS,
  BOARD_SWITCH_LEFT,
  BOARD_SWITCH_RIGHT,
  BOARD_SWITCH_DOWN,
  BOARD_SWITCH_PRESS,
  BOARD_KEYS
};
bool board_button_pressed(unsigned button);

/* Fills `into` with unpredictable bytes. */
void board_random(uint8_t *into, size_t length);

/* A number that identifies this chip. */
uint64_t board_serial_number(void);

/*
 * Flash storage: 128 KB for settings and the deployed program, read in place through
 * `board_storage`. A block is the smallest piece to erase; erased bytes are 0xff. A unit is the
 * smallest piece to write. A unit has an error-correcting code, so write it only once after an
 * erase.
 */
#define BOARD_STORAGE_BLOCK 8192u
#define BOARD_STORAGE_UNIT 16u
extern const uint8_t board_storage[];
void board_storage_erase(size_t offset); /* erases a block; may take 200 ms */
void board_storage_write(size_t offset, const uint8_t *bytes, size_t length); /* whole units */

#endif
