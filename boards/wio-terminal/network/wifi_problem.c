#include "wifi_problem.h"

#include <stdarg.h>
#include <stddef.h>

/* The longest text names the version of a firmware that is too old. */
static char text[112];

void wifi_problem_is(const char *first, ...) {
  size_t length = 0;
  va_list pieces;
  va_start(pieces, first);
  for (const char *piece = first; piece; piece = va_arg(pieces, const char *)) {
    for (; *piece && length < sizeof text - 1; piece++) text[length++] = *piece;
  }
  va_end(pieces);
  text[length] = 0;
}

void wifi_problem_is_solved(void) { text[0] = 0; }

const char *wifi_problem(void) { return text[0] ? text : NULL; }
