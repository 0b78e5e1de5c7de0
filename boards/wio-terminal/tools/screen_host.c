/*
 * The screen on a host: data for the display goes to standard output. Lines on standard input
 * control the screen:
 *
 *   set FIELD VALUE     changes a field of the status
 *   press a|b|c|u|l|r|d|p   presses a button briefly, or the switch: up, left, right, down, press
 *   run MILLISECONDS    lets time pass
 *   look NAME           marks this moment in the output
 *
 * Each record on the output is a letter, a 32-bit length (little-endian) and as many bytes:
 * C command, D data, R reset line, B backlight, L the LED, T a millisecond that
 * passed, N the name of a moment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "light_bulb.h"
#include "panel.h"
#include "screen.h"
#include "status.h"

static uint64_t micros;
static bool buttons[BOARD_KEYS];
static const char KEYS[] = "abculrdp"; /* the letters of `press`, in the order of board.h */
static bool led, is_manual;
static uint32_t busy_steps;

static void record(char what, const void *bytes, size_t length) {
  const uint32_t size = (uint32_t)length;
  putchar(what);
  fwrite(&size, sizeof size, 1, stdout);
  if (length > 0) fwrite(bytes, 1, length, stdout);
}

uint64_t board_micros(void) { return micros; }

void panel_init(void) { panel_backlight(false); }

void panel_reset(bool held) {
  const uint8_t level = held;
  record('R', &level, 1);
}

void panel_command(uint8_t command, const uint8_t *parameters, size_t length) {
  record('C', &command, 1);
  record('D', parameters, length);
}

/* The wire is as fast as on the board: a tile takes a millisecond. */
void panel_pixels(const uint8_t *bytes, size_t length) {
  record('D', bytes, length);
  busy_steps = 1;
}

bool panel_is_busy(void) { return busy_steps > 0 && busy_steps-- > 0; }

void panel_backlight(bool on) {
  const uint8_t value = on;
  record('B', &value, 1);
}

bool board_button_pressed(unsigned button) { return buttons[button]; }
void board_console_write(const char *text, size_t length) { fwrite(text, 1, length, stderr); }

bool light_bulb_is_on(void) { return led; }
bool light_bulb_is_manual(void) { return is_manual; }

void light_bulb_turn_over(void) {
  led = !led;
  is_manual = true;
  const uint8_t level = led;
  record('L', &level, 1);
}

static status given = {
    .threshold = 300,
    .decided = "by server",
    .outbox = "",
    .to_do = "",
    .id = "nightlight-1",
    .version = "0.1.0",
    .taken_back = "",
    .last_reset = "power on",
    .wifi_name = "home",
    .wifi_problem = "",
    .address = {192, 168, 1, 23},
    .broker_host = "broker.home",
    .broker_port = 1883,
    .broker_problem = "",
    .heap_bytes = 113316,
};

void status_read(status *into, uint64_t now_micros) {
  *into = given;
  into->led_on = led;
  into->led_is_manual = is_manual;
  into->uptime_s = (uint32_t)(now_micros / 1000000);
}

/* The texts that can be set, and their storage. */
enum { TEXT_MAX = 64 };
static struct {
  const char *field;
  const char **text;
  char kept[TEXT_MAX];
} texts[] = {
    {.field = "id", .text = &given.id},
    {.field = "to-do", .text = &given.to_do},
    {.field = "taken-back", .text = &given.taken_back},
    {.field = "wifi-name", .text = &given.wifi_name},
    {.field = "wifi-problem", .text = &given.wifi_problem},
    {.field = "broker-host", .text = &given.broker_host},
    {.field = "broker-problem", .text = &given.broker_problem},
};

static bool set_text(const char *field, const char *value) {
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (strcmp(field, texts[i].field) != 0) continue;
    snprintf(texts[i].kept, TEXT_MAX, "%s", value);
    *texts[i].text = texts[i].kept;
    return true;
  }
  return false;
}

static void set(const char *field, const char *value) {
  const int whole = atoi(value);
  if (!strcmp(field, "light")) given.light = (uint16_t)whole;
  else if (!strcmp(field, "led")) led = whole != 0, is_manual = false;
  else if (!strcmp(field, "in-trial")) given.is_in_trial = whole != 0;
  else if (!strcmp(field, "threshold")) given.threshold = whole;
  else if (!strcmp(field, "decided")) snprintf(given.decided, sizeof given.decided, "%s", value);
  else if (!strcmp(field, "outbox")) snprintf(given.outbox, sizeof given.outbox, "%s", value);
  else if (!strcmp(field, "wifi")) given.wifi = (link_state)whole;
  else if (!strcmp(field, "broker")) given.broker = (link_state)whole;
  else if (!set_text(field, value)) {
    fprintf(stderr, "no such field: %s\n", field);
    exit(2);
  }
}

static void pass(unsigned milliseconds) {
  for (unsigned i = 0; i < milliseconds; i++) {
    micros += 1000;
    screen_step(micros);
    record('T', NULL, 0);
  }
}

int main(void) {
  char line[256];
  screen_init();
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    char *const word = strchr(line, ' ');
    char *const argument = word ? word + 1 : line + strlen(line);
    if (word) *word = 0;
    if (!strcmp(line, "run")) {
      pass((unsigned)atoi(argument));
    } else if (!strcmp(line, "press")) {
      bool *const button = &buttons[strchr(KEYS, argument[0]) - KEYS];
      *button = true;
      pass(30);
      *button = false;
      pass(30);
    } else if (!strcmp(line, "look")) {
      record('N', argument, strlen(argument));
    } else if (!strcmp(line, "set")) {
      char *const space = strchr(argument, ' ');
      char *const value = space ? space + 1 : argument + strlen(argument);
      if (space) *space = 0;
      set(argument, value);
    }
  }
  return 0;
}
