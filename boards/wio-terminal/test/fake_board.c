#include "fake_board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"

uint64_t fake_micros = 1000;
uint8_t fake_written[65536];
size_t fake_written_length;
size_t fake_write_limit = SIZE_MAX;
bool fake_link_power;
uint16_t fake_light, fake_led;
bool fake_buttons[3];

static uint8_t received[65536];
static size_t received_length;

void fake_receive(const void *bytes, size_t length) {
  if (length > sizeof received - received_length) abort();
  memcpy(received + received_length, bytes, length);
  received_length += length;
}

uint64_t board_micros(void) { return fake_micros; }

size_t board_link_read(uint8_t *into, size_t space) {
  const size_t length = received_length < space ? received_length : space;
  memcpy(into, received, length);
  memmove(received, received + length, received_length - length);
  received_length -= length;
  return length;
}

size_t board_link_write(const uint8_t *bytes, size_t length) {
  if (length > fake_write_limit) length = fake_write_limit;
  if (length > sizeof fake_written - fake_written_length) abort();
  memcpy(fake_written + fake_written_length, bytes, length);
  fake_written_length += length;
  return length;
}

void board_link_discard(void) { received_length = 0; }
void board_link_power(bool on) { fake_link_power = on; }
uint16_t board_light(void) { return fake_light; }
void board_led(uint16_t brightness) { fake_led = brightness; }
bool board_button_pressed(unsigned button) { return fake_buttons[button]; }
void board_console_write(const char *text, size_t length) { fwrite(text, 1, length, stdout); }

void board_reset(void) {
  printf("reset\n");
  exit(2);
}
