#include "pages.h"

#include <stddef.h>

#include "colors.h"
#include "console.h"
#include "text.h"
#include "text_join.h"
#include "widgets.h"

enum { PAGES_MARGIN = 10, PAGES_HEAD_Y = 10 };

/* The layout of the first page: light, LED, and the graph of the light. */
enum { TOP = 36, CARD_HEIGHT = 104, LIGHT_X = 8, LIGHT_WIDTH = 188, LED_X = 204, LED_WIDTH = 108 };
enum { GRAPH_TOP = 148, GRAPH_HEIGHT = 66 };
enum { PADDING = 12 };

static void draw_light(const status *status) {
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

static void draw_led(const status *status) {
  const int x = LED_X + PADDING;
  const uint16_t color = status->led_on ? COLOR_LAMP : COLOR_GRID;
  card(LED_X, TOP, LED_WIDTH, CARD_HEIGHT);
  text_draw(&font_small, x, TOP + 10, COLOR_QUIET, "LED");
  text_draw(&font_disc, x, TOP + 36, color, DISC);
  text_draw(&font_large, x + 50, TOP + 44, status->led_on ? COLOR_LAMP : COLOR_TEXT,
            status->led_on ? "ON" : "OFF");
  text_draw_within(&font_small, x, TOP + CARD_HEIGHT - 18, LED_WIDTH - 2 * PADDING, COLOR_QUIET,
                   status->led_is_manual ? "by hand" : status->decided);
}

static void draw_main(const status *status) {
  draw_light(status);
  draw_led(status);
  card(LIGHT_X, GRAPH_TOP, SCREEN_WIDTH - 2 * LIGHT_X, GRAPH_HEIGHT);
  graph(LIGHT_X + 2, GRAPH_TOP + 6, SCREEN_WIDTH - 2 * LIGHT_X - 4, GRAPH_HEIGHT - 12,
        status->threshold);
}

/* The second page: Wi-Fi and the broker. */
static const char *words_for(link_state link, const char *problem) {
  if (link == STATUS_LINK_UP) return "connected";
  if (*problem) return problem;
  return link == STATUS_LINK_STARTING ? "connecting" : "not connected";
}

static void draw_network(const status *status) {
  char text[64];
  list_line(0, "Wi-Fi", *status->wifi_name ? status->wifi_name : "not set");
  list_line(1, "", words_for(status->wifi, status->wifi_problem));
  if (status->wifi == STATUS_LINK_UP) {
    const uint8_t *const part = status->address;
    text_join(text, sizeof text, console_number(part[0]), ".", console_number(part[1]), ".",
              console_number(part[2]), ".", console_number(part[3]), NULL);
    list_line(2, "Address", text);
  } else {
    list_line(2, "Address", "none");
  }
  text_join(text, sizeof text, *status->broker_host ? status->broker_host : "none", NULL);
  list_line(3, "Broker", text);
  if (status->broker_port) list_line(4, "Port", console_number(status->broker_port));
  list_line(5, "", words_for(status->broker, status->broker_problem));
  text_join(text, sizeof text, console_number(status->connections), " made, ",
            console_number(status->sent_bytes), " B out, ", console_number(status->received_bytes),
            " B in", NULL);
  list_line(6, "Connections", text);
}

/* The third page: the board itself. */
enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

static void uptime_text(uint32_t seconds, char *into, size_t space) {
  const char *const minutes = console_number(seconds % HOUR_S / MINUTE_S);
  if (seconds >= DAY_S) {
    text_join(into, space, console_number(seconds / DAY_S), " d ",
              console_number(seconds % DAY_S / HOUR_S), " h ", minutes, " min", NULL);
  } else {
    text_join(into, space, console_number(seconds / HOUR_S), " h ", minutes, " min ",
              console_number(seconds % MINUTE_S), " s", NULL);
  }
}

static void draw_about(const status *status) {
  char text[64];
  list_line(0, "Device", status->id);
  list_line(1, "Firmware", status->version);
  uptime_text(status->uptime_s, text, sizeof text);
  list_line(2, "Uptime", text);
  text_join(text, sizeof text, console_number(status->heap_used_bytes / 1024), " of ",
            console_number(status->heap_bytes / 1024), " KB", NULL);
  list_line(3, "Memory used", text);
  list_line(4, "Last reset", status->last_reset);
  list_line(5, "LED set", status->decided);
  list_line(6, "Readings", status->outbox);
  if (status->is_in_trial) list_line(7, "Program", "in trial");
  else if (*status->taken_back) list_line(7, "Taken back", status->taken_back);
}

static void (*const draw[PAGES])(const status *) = {draw_main, draw_network, draw_about};
static const char *const titles[PAGES] = {NULL, "Network", "About"};

/* On the first page, the device's id takes the place of the title. */
static void head(page page, const status *status) {
  const char *const title = titles[page] ? titles[page] : status->id;
  int left = link_dot(SCREEN_WIDTH - PAGES_MARGIN, PAGES_HEAD_Y + 2, "Broker", status->broker,
                      *status->broker_problem);
  left = link_dot(left - 14, PAGES_HEAD_Y + 2, "Wi-Fi", status->wifi, *status->wifi_problem);
  text_draw_within(&font_large, PAGES_MARGIN, PAGES_HEAD_Y, left - 12 - PAGES_MARGIN, COLOR_TEXT,
                   title);
}

void page_draw(page page, const status *status) {
  head(page, status);
  draw[page](status);
  foot(status);
}
