#include "ili9341.h"

#include <stddef.h>

#include "board.h"
#include "panel.h"

/* ILI9341 datasheet, chapter 8. */
enum {
  SLEEP_OUT = 0x11,
  GAMMA_CURVE = 0x26,
  DISPLAY_ON = 0x29,
  COLUMNS = 0x2a,
  ROWS = 0x2b,
  MEMORY_WRITE = 0x2c,
  MEMORY_ACCESS = 0x36,
  PIXEL_FORMAT = 0x3a,
  FRAME_RATE = 0xb1,
  DISPLAY_FUNCTION = 0xb6,
  POWER_1 = 0xc0,
  POWER_2 = 0xc1,
  VCOM_1 = 0xc5,
  VCOM_2 = 0xc7,
  GAMMA_POSITIVE = 0xe0,
  GAMMA_NEGATIVE = 0xe1,
  ENABLE_3_GAMMA = 0xf2
};

/* The reset pulse is 10 us at least, and 120 ms pass before sleep-out (datasheet, 15.4). */
enum { RESET_MICROS = 10000, AFTER_RESET_MICROS = 120000, AFTER_SLEEP_MICROS = 120000 };

typedef struct {
  uint8_t command, length;
  uint8_t parameters[15];
} setting;

/*
 * The power, rate and gamma values that Seeed_Arduino_LCD, CircuitPython and TinyGo agree on for
 * this panel; those three also write registers that the datasheet does not describe, which are
 * left alone here.
 */
static const setting settings[] = {
    {POWER_1, 1, {0x23}},
    {POWER_2, 1, {0x10}},
    {VCOM_1, 2, {0x3e, 0x28}},
    {VCOM_2, 1, {0x86}},
    /* Rows from below, columns from the right, the two exchanged, blue before red: upright. */
    {MEMORY_ACCESS, 1, {0xe8}},
    {PIXEL_FORMAT, 1, {0x55}},     /* 16 bits */
    {FRAME_RATE, 2, {0x00, 0x18}}, /* 79 Hz */
    {DISPLAY_FUNCTION, 3, {0x08, 0x82, 0x27}},
    {ENABLE_3_GAMMA, 1, {0x00}},
    {GAMMA_CURVE, 1, {0x01}},
    {GAMMA_POSITIVE,
     15,
     {0x0f, 0x31, 0x2b, 0x0c, 0x0e, 0x08, 0x4e, 0xf1, 0x37, 0x07, 0x10, 0x03, 0x0e, 0x09, 0x00}},
    {GAMMA_NEGATIVE,
     15,
     {0x00, 0x0e, 0x14, 0x03, 0x11, 0x07, 0x31, 0xc1, 0x48, 0x08, 0x0f, 0x0c, 0x31, 0x36, 0x0f}},
};

typedef enum { NEW, IN_RESET, OUT_OF_RESET, WAKING, STARTED } step;
static step state;
static uint64_t due_micros;

/* From the moment that it has happened: the loop's time may be old by a write to flash. */
static void go(step next, uint32_t after_micros) {
  state = next;
  due_micros = board_micros() + after_micros;
}

bool ili9341_is_started(uint64_t now_micros) {
  if (state == STARTED || now_micros < due_micros) return state == STARTED;
  switch (state) {
    case NEW:
      panel_reset(true);
      go(IN_RESET, RESET_MICROS);
      break;
    case IN_RESET:
      panel_reset(false);
      go(OUT_OF_RESET, AFTER_RESET_MICROS);
      break;
    case OUT_OF_RESET:
      for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        panel_command(settings[i].command, settings[i].parameters, settings[i].length);
      }
      panel_command(SLEEP_OUT, NULL, 0);
      go(WAKING, AFTER_SLEEP_MICROS);
      break;
    case WAKING:
    case STARTED:
      state = STARTED;
      break;
  }
  return state == STARTED;
}

static void range(uint8_t command, uint16_t first, uint16_t length) {
  const uint16_t last = (uint16_t)(first + length - 1);
  const uint8_t ends[] = {(uint8_t)(first >> 8), (uint8_t)first, (uint8_t)(last >> 8),
                          (uint8_t)last};
  panel_command(command, ends, sizeof ends);
}

void ili9341_window(uint16_t x, uint16_t y, uint16_t width, uint16_t height) {
  range(COLUMNS, x, width);
  range(ROWS, y, height);
  panel_command(MEMORY_WRITE, NULL, 0);
}

void ili9341_show(void) { panel_command(DISPLAY_ON, NULL, 0); }
