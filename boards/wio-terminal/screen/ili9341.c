#include "ili9341.h"

#include <stddef.h>

#include "board.h"
#include "panel.h"

/* ILI9341 datasheet, chapter 8. */
enum {
  ILI9341_SLEEP_OUT = 0x11,
  ILI9341_GAMMA_CURVE = 0x26,
  ILI9341_DISPLAY_ON = 0x29,
  ILI9341_COLUMNS = 0x2a,
  ILI9341_ROWS = 0x2b,
  ILI9341_MEMORY_WRITE = 0x2c,
  ILI9341_MEMORY_ACCESS = 0x36,
  ILI9341_PIXEL_FORMAT = 0x3a,
  ILI9341_FRAME_RATE = 0xb1,
  ILI9341_DISPLAY_FUNCTION = 0xb6,
  ILI9341_POWER_1 = 0xc0,
  ILI9341_POWER_2 = 0xc1,
  ILI9341_VCOM_1 = 0xc5,
  ILI9341_VCOM_2 = 0xc7,
  ILI9341_GAMMA_POSITIVE = 0xe0,
  ILI9341_GAMMA_NEGATIVE = 0xe1,
  ILI9341_ENABLE_3_GAMMA = 0xf2
};

/*
 * The durations of a reset: the pulse must be 10 µs at least, and sleep-out comes 120 ms later
 * (datasheet, 15.4).
 */
enum {
  ILI9341_RESET_MICROS = 10000,
  ILI9341_AFTER_RESET_MICROS = 120000,
  ILI9341_AFTER_SLEEP_MICROS = 120000
};

typedef struct {
  uint8_t command, length;
  uint8_t parameters[15];
} setting;

/*
 * The power, rate and gamma values on which Seeed_Arduino_LCD, CircuitPython and TinyGo agree for
 * this panel. All three also write registers that the datasheet does not describe; this code does
 * not.
 */
static const setting settings[] = {
    {ILI9341_POWER_1, 1, {0x23}},
    {ILI9341_POWER_2, 1, {0x10}},
    {ILI9341_VCOM_1, 2, {0x3e, 0x28}},
    {ILI9341_VCOM_2, 1, {0x86}},
    /*
     * The picture is upright with rows from below, columns from the right, both exchanged, and blue
     * before red.
     */
    {ILI9341_MEMORY_ACCESS, 1, {0xe8}},
    {ILI9341_PIXEL_FORMAT, 1, {0x55}},     /* 16 bits */
    {ILI9341_FRAME_RATE, 2, {0x00, 0x18}}, /* 79 Hz */
    {ILI9341_DISPLAY_FUNCTION, 3, {0x08, 0x82, 0x27}},
    {ILI9341_ENABLE_3_GAMMA, 1, {0x00}},
    {ILI9341_GAMMA_CURVE, 1, {0x01}},
    {ILI9341_GAMMA_POSITIVE,
     15,
     {0x0f, 0x31, 0x2b, 0x0c, 0x0e, 0x08, 0x4e, 0xf1, 0x37, 0x07, 0x10, 0x03, 0x0e, 0x09, 0x00}},
    {ILI9341_GAMMA_NEGATIVE,
     15,
     {0x00, 0x0e, 0x14, 0x03, 0x11, 0x07, 0x31, 0xc1, 0x48, 0x08, 0x0f, 0x0c, 0x31, 0x36, 0x0f}},
};

typedef enum {
  ILI9341_NEW,
  ILI9341_IN_RESET,
  ILI9341_OUT_OF_RESET,
  ILI9341_WAKING,
  ILI9341_STARTED
} step;
static step state;
static uint64_t due_micros;

/* Reads the clock again, because the loop's time is stale after a write to flash. */
static void go(step next, uint32_t after_micros) {
  state = next;
  due_micros = board_micros() + after_micros;
}

bool ili9341_is_started(uint64_t now_micros) {
  if (state == ILI9341_STARTED || now_micros < due_micros) return state == ILI9341_STARTED;
  switch (state) {
    case ILI9341_NEW:
      panel_reset(true);
      go(ILI9341_IN_RESET, ILI9341_RESET_MICROS);
      break;
    case ILI9341_IN_RESET:
      panel_reset(false);
      go(ILI9341_OUT_OF_RESET, ILI9341_AFTER_RESET_MICROS);
      break;
    case ILI9341_OUT_OF_RESET:
      for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        panel_command(settings[i].command, settings[i].parameters, settings[i].length);
      }
      panel_command(ILI9341_SLEEP_OUT, NULL, 0);
      go(ILI9341_WAKING, ILI9341_AFTER_SLEEP_MICROS);
      break;
    case ILI9341_WAKING:
    case ILI9341_STARTED:
      state = ILI9341_STARTED;
      break;
  }
  return state == ILI9341_STARTED;
}

static void range(uint8_t command, uint16_t first, uint16_t length) {
  const uint16_t last = (uint16_t)(first + length - 1);
  const uint8_t ends[] = {(uint8_t)(first >> 8), (uint8_t)first, (uint8_t)(last >> 8),
                          (uint8_t)last};
  panel_command(command, ends, sizeof ends);
}

void ili9341_window(uint16_t x, uint16_t y, uint16_t width, uint16_t height) {
  range(ILI9341_COLUMNS, x, width);
  range(ILI9341_ROWS, y, height);
  panel_command(ILI9341_MEMORY_WRITE, NULL, 0);
}

void ili9341_show(void) { panel_command(ILI9341_DISPLAY_ON, NULL, 0); }
