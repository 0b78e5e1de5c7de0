/*
 * The hardware layer on a 64-bit Linux host, where the translated virtual machine can be measured
 * beside the one it came from. It has a clock, a console, memory and a package; the network, the
 * sensors and the buttons are not there, and read as off.
 *
 *   runtime PACKAGE    runs the program until it prints a line that ends in "end"
 */
#include "board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "runtime.h"

/* One piece, so that offsets between them fit 32 bits wherever the system puts it. */
__asm__(
    ".bss\n.balign 16\n"
    ".globl vm_memory\nvm_memory: .skip 196608\n"
    ".globl vm_memory_end\nvm_memory_end:\n"
    ".globl package_in_flash\npackage_in_flash: .skip 65536\n"
    ".globl board_storage\nboard_storage: .skip 131072\n"
    ".text\n");
extern uint8_t package_in_flash[65536];

int main(int count, char **arguments) {
  FILE *const file = count == 2 ? fopen(arguments[1], "rb") : NULL;
  if (!file || fread(package_in_flash, 1, sizeof package_in_flash, file) == 0) {
    fprintf(stderr, "usage: %s PACKAGE\n", arguments[0]);
    return 2;
  }
  fclose(file);
  runtime_run();
}

void board_init(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

static uint64_t monotonic_micros(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t board_micros(void) {
  static uint64_t start;
  if (start == 0) start = monotonic_micros();
  return monotonic_micros() - start;
}

void board_wait_for_interrupt(void) {
  const struct timespec millisecond = {.tv_nsec = 1000000};
  nanosleep(&millisecond, NULL);
}

void board_reset(void) { exit(1); }
const char *board_reset_cause(void) { return "a start on the host"; }
void board_step(uint64_t now_micros) { (void)now_micros; }

void board_console_write(const char *text, size_t length) {
  static char tail[3];
  fwrite(text, 1, length, stdout);
  if (length >= sizeof tail) memcpy(tail, text + length - sizeof tail, sizeof tail);
  else if (length == 1 && *text == '\n' && memcmp(tail, "end", sizeof tail) == 0) exit(0);
}

bool board_line_is_open(void) { return false; }

size_t board_line_read(uint8_t *into, size_t space) {
  (void)into;
  (void)space;
  return 0;
}

size_t board_line_write(const uint8_t *bytes, size_t length) {
  (void)bytes;
  (void)length;
  return 0;
}

size_t board_link_read(uint8_t *into, size_t space) {
  (void)into;
  (void)space;
  return 0;
}

size_t board_link_write(const uint8_t *bytes, size_t length) {
  (void)bytes;
  return length;
}

void board_link_discard(void) {}
void board_link_baud(uint32_t baud) { (void)baud; }
void board_link_power(bool on) { (void)on; }
uint16_t board_light(void) { return 0; }
void board_led(uint16_t brightness) { (void)brightness; }

bool board_button_pressed(unsigned button) {
  (void)button;
  return false;
}

void board_random(uint8_t *into, size_t length) {
  if (getrandom(into, length, 0) != (ssize_t)length) abort();
}

uint64_t board_serial_number(void) { return 0x54534f4857494f31u; }

void board_storage_erase(size_t offset) {
  memset((uint8_t *)(uintptr_t)board_storage + offset, 0xff, BOARD_STORAGE_BLOCK);
}

void board_storage_write(size_t offset, const uint8_t *bytes, size_t length) {
  memcpy((uint8_t *)(uintptr_t)board_storage + offset, bytes, length);
}
