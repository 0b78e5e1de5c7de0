#include "console.h"

#include <stdarg.h>
#include <string.h>

#include "board.h"

static void (*copy_to)(const char *text, size_t length);

void console_copy_to(void (*reader)(const char *text, size_t length)) { copy_to = reader; }

static void write(const char *text, size_t length) {
  board_console_write(text, length);
  if (copy_to) copy_to(text, length);
}

void console_line(const char *first, ...) {
  va_list pieces;
  va_start(pieces, first);
  for (const char *piece = first; piece; piece = va_arg(pieces, const char *)) {
    write(piece, strlen(piece));
  }
  va_end(pieces);
  write("\n", 1);
}

#define TEXT_SIZE 24

static char *next_text(void) {
  static char texts[4][TEXT_SIZE];
  static unsigned turn;
  return texts[turn++ % 4];
}

const char *console_number(int64_t value) {
  char *end = next_text() + TEXT_SIZE - 1;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  *end = 0;
  do {
    *--end = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (value < 0) *--end = '-';
  return end;
}

const char *console_hex(uint32_t value) {
  char *text = next_text();
  text[0] = '0';
  text[1] = 'x';
  for (int i = 0; i < 8; i++) text[2 + i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
  text[10] = 0;
  return text;
}
