#include "keys.h"

#include "board.h"
#include "light_bulb.h"
#include "panel.h"
#include "tile.h"

/* The sampling interval exceeds the time for which a contact bounces. */
enum { KEYS_SAMPLE_MICROS = 10000 };

/* The levels of the backlight: full, half, a quarter, and off for a dark bedroom. */
enum { KEYS_DARK = 3, KEYS_LEVELS };

static bool pressed[BOARD_KEYS];
static uint64_t due_micros;
static unsigned level;
static bool is_lit;

/* Whether a button was pressed since the last call. */
static bool went_down(unsigned button) {
  const bool before = pressed[button];
  pressed[button] = board_button_pressed(button);
  return pressed[button] && !before;
}

void keys_light_up(void) {
  is_lit = true;
  panel_backlight(level != KEYS_DARK);
}

static void dim_to(unsigned next) {
  if (!is_lit) return;
  level = next;
  tile_dim(level == KEYS_DARK ? 0 : level);
  keys_light_up();
}

int keys_step(uint64_t now_micros) {
  if (now_micros < due_micros) return 0;
  due_micros = now_micros + KEYS_SAMPLE_MICROS;
  if (went_down(BOARD_BUTTON_A) || went_down(BOARD_SWITCH_PRESS)) light_bulb_turn_over();
  if (went_down(BOARD_BUTTON_C)) dim_to((level + 1) % KEYS_LEVELS);
  if (went_down(BOARD_SWITCH_UP) && level > 0) dim_to(level - 1);
  if (went_down(BOARD_SWITCH_DOWN) && level < KEYS_DARK) dim_to(level + 1);
  if (went_down(BOARD_SWITCH_LEFT)) return -1;
  return went_down(BOARD_BUTTON_B) || went_down(BOARD_SWITCH_RIGHT);
}
