#include "widgets.h"

#include "colors.h"
#include "history.h"
#include "light_range.h"
#include "text.h"
#include "text_join.h"

enum { WIDGETS_MARGIN = 10, LIST_TOP = 46, LIST_STEP = 22, LIST_VALUE = 116 };
enum { FOOT_Y = 224 };

/* Pixels: the width of a graph's column, the height of its curve, and a dash of the threshold. */
enum { SAMPLE_WIDTH = 2, CURVE_HEIGHT = 2, DASH = 6 };

void card(int x, int y, int width, int height) {
  tile_fill(x + 2, y, width - 4, height, COLOR_CARD);
  tile_fill(x, y + 2, width, height - 4, COLOR_CARD);
  tile_fill(x + 1, y + 1, width - 2, height - 2, COLOR_CARD);
}

int link_dot(int right, int y, const char *name, link_state link, bool problem) {
  const int x = right - text_width(&font_small, DISC);
  const uint16_t color = link == STATUS_LINK_UP ? COLOR_LAMP : problem ? COLOR_PROBLEM : COLOR_GRID;
  text_draw(&font_small, x, y, color, DISC);
  const int left = x - 5 - text_width(&font_small, name);
  text_draw(&font_small, left, y, link == STATUS_LINK_UP ? COLOR_TEXT : COLOR_QUIET, name);
  return left;
}

static int height_of(int light, int height) { return light * (height - CURVE_HEIGHT) / LIGHT_MAX; }

void graph(int x, int y, int width, int height, int threshold) {
  if (!tile_shows(x, y, width, height)) return;
  const int bottom = y + height - CURVE_HEIGHT;
  for (unsigned age = 0; age < history_count(); age++) {
    const int left = x + width - (int)(age + 1) * SAMPLE_WIDTH;
    if (left < x) break;
    if (!tile_shows(left, y, SAMPLE_WIDTH, height)) continue;
    const int now = height_of(history_at(age), height);
    const bool has_past = age + 1 < history_count();
    const int before = has_past ? height_of(history_at(age + 1), height) : now;
    const int high = now > before ? now : before, low = now < before ? now : before;
    tile_fill(left, bottom - low, SAMPLE_WIDTH, low + CURVE_HEIGHT, COLOR_GLOW);
    tile_fill(left, bottom - high, SAMPLE_WIDTH, high - low + CURVE_HEIGHT, COLOR_LAMP);
  }
  if (threshold < 0) return;
  const int line = bottom - height_of(threshold < LIGHT_MAX ? threshold : LIGHT_MAX, height);
  for (int dash = x; dash < x + width; dash += 2 * DASH) {
    tile_fill(dash, line, DASH, 1, COLOR_QUIET);
  }
}

void list_line(unsigned line, const char *what, const char *value) {
  const int y = LIST_TOP + (int)line * LIST_STEP;
  text_draw(&font_small, WIDGETS_MARGIN + 10, y, COLOR_QUIET, what);
  text_draw_within(&font_small, LIST_VALUE, y, SCREEN_WIDTH - WIDGETS_MARGIN - 10 - LIST_VALUE,
                   COLOR_TEXT, value);
}

/*
 * Describes the problem of the first link that is down, because later links depend on earlier ones.
 */
static void problem_in_words(const status *status, char *words, size_t space) {
  if (*status->wifi_problem) {
    if (*status->wifi_name) {
      text_join(words, space, "Wi-Fi \"", status->wifi_name, "\": ", status->wifi_problem, NULL);
    } else {
      text_join(words, space, "Wi-Fi: ", status->wifi_problem, NULL);
    }
  } else if (*status->broker_problem) {
    text_join(words, space, "Broker ", status->broker_host, ": ", status->broker_problem, NULL);
  }
}

void foot(const status *status) {
  char words[96] = "";
  problem_in_words(status, words, sizeof words);
  const int width = SCREEN_WIDTH - 2 * WIDGETS_MARGIN;
  if (*status->to_do) {
    text_draw_within(&font_small, WIDGETS_MARGIN, FOOT_Y, width, COLOR_LAMP, status->to_do);
    return;
  }
  if (*words) {
    text_draw_within(&font_small, WIDGETS_MARGIN, FOOT_Y, width, COLOR_PROBLEM, words);
    return;
  }
  text_draw(&font_small, WIDGETS_MARGIN, FOOT_Y, COLOR_QUIET, "A lamp   B next page   C dim");
  text_draw_right(&font_small, SCREEN_WIDTH - WIDGETS_MARGIN, FOOT_Y, COLOR_QUIET, status->outbox);
}
