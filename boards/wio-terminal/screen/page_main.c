/* The first page: light and LED, and how the light went. */
#include "colors.h"
#include "console.h"
#include "pages.h"
#include "text.h"
#include "widgets.h"

enum { TOP = 36, CARD_HEIGHT = 104, LIGHT_X = 8, LIGHT_WIDTH = 188, LED_X = 204, LED_WIDTH = 108 };
enum { GRAPH_TOP = 148, GRAPH_HEIGHT = 66 };
enum { PADDING = 12 };

static void light(const status *status) {
  const int x = LIGHT_X + PADDING;
  card(LIGHT_X, TOP, LIGHT_WIDTH, CARD_HEIGHT);
  text_draw(&font_small, x, TOP + 10, COLOR_QUIET, "LIGHT");
  text_draw_right(&font_number, LIGHT_X + LIGHT_WIDTH - PADDING, TOP + 30, COLOR_TEXT,
                  console_number(status->light));
  if (status->threshold < 0) return;
  char rule[32];
  text_join(rule, sizeof rule, "alone: on ", status->on_above ? "above " : "below ",
            console_number(status->threshold), NULL);
  text_draw(&font_small, x, TOP + CARD_HEIGHT - 18, COLOR_QUIET, rule);
}

static void led(const status *status) {
  const int x = LED_X + PADDING;
  const uint16_t color = status->led_on ? COLOR_LAMP : COLOR_GRID;
  card(LED_X, TOP, LED_WIDTH, CARD_HEIGHT);
  text_draw(&font_small, x, TOP + 10, COLOR_QUIET, "LED");
  text_draw(&font_disc, x, TOP + 36, color, DISC);
  text_draw(&font_large, x + 50, TOP + 44, status->led_on ? COLOR_LAMP : COLOR_TEXT,
            status->led_on ? "ON" : "OFF");
  text_draw_within(&font_small, x, TOP + CARD_HEIGHT - 18, LED_WIDTH - 2 * PADDING, COLOR_QUIET,
                   status->led_by_hand ? "by hand" : status->decided);
}

void page_main(const status *status) {
  light(status);
  led(status);
  card(LIGHT_X, GRAPH_TOP, SCREEN_WIDTH - 2 * LIGHT_X, GRAPH_HEIGHT);
  graph(LIGHT_X + 2, GRAPH_TOP + 6, SCREEN_WIDTH - 2 * LIGHT_X - 4, GRAPH_HEIGHT - 12,
        status->threshold);
}
