/* A fake console: writes to standard output. A panic ends the test. */
#include "console.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "panic.h"

void console_line(const char *first, ...) {
  va_list pieces;
  va_start(pieces, first);
  for (const char *piece = first; piece; piece = va_arg(pieces, const char *)) fputs(piece, stdout);
  va_end(pieces);
  putchar('\n');
}

void panic(const char *reason) {
  printf("panic: %s\n", reason);
  exit(2);
}
