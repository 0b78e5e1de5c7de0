#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "console.h"
#include "diagnosis.h"
#include "uart.h"

static uint16_t light;
static uint16_t led;
static bool buttons[BOARD_BUTTONS];
/*
 * Whether the coprocessor is on. The pull-up switches it on, so a board that starts must first cut
 * its power.
 */
static bool coprocessor_on = true;

enum { LINE_MAX = 48 };
static char line[LINE_MAX + 1];
static size_t line_length;

static void say(const char *what, uint32_t value) {
  const char *const number = console_number(value);
  uart_write(UART_BENCH, (const uint8_t *)what, strlen(what));
  uart_write(UART_BENCH, (const uint8_t *)" ", 1);
  uart_write(UART_BENCH, (const uint8_t *)number, strlen(number));
  uart_write(UART_BENCH, (const uint8_t *)"\n", 1);
}

void bench_init(void) { line_length = 0; }

static void obey(const char *command) {
  if (strncmp(command, "light ", 6) == 0) {
    light = (uint16_t)atoi(command + 6);
  } else if (strncmp(command, "button ", 7) == 0 && command[7] >= 'a' && command[7] <= 'c') {
    buttons[command[7] - 'a'] = command[8] == ' ' && command[9] == '1';
  } else if (strcmp(command, "status") == 0) {
    diagnosis_print();
  } else if (strcmp(command, "overflow main") == 0) {
    diagnosis_overflow_main_stack();
  } else if (strcmp(command, "overflow vm") == 0) {
    diagnosis_overflow_vm_stack();
  } else {
    console_line("bench: unknown command ", command, NULL);
  }
}

/* Executes received commands. Called each time an input is read, so very often. */
static void listen(void) {
  uint8_t byte;
  while (uart_read(UART_BENCH, &byte, 1) > 0) {
    if (byte == '\n') {
      line[line_length] = 0;
      line_length = 0;
      obey(line);
    } else if (line_length < LINE_MAX) {
      line[line_length++] = (char)byte;
    }
  }
}

uint16_t board_light(void) {
  listen();
  return light;
}

bool board_button_pressed(unsigned button) {
  listen();
  return buttons[button];
}

void board_led(uint16_t brightness) {
  if (brightness == led) return;
  led = brightness;
  say("led", led);
}

void board_link_power(bool on) {
  if (on == coprocessor_on) return;
  coprocessor_on = on;
  say("coprocessor", on);
}
