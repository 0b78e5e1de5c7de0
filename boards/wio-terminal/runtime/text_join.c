#include "text_join.h"

#include <stdarg.h>
#include <string.h>

void text_join(char *into, size_t space, ...) {
  size_t length = 0;
  va_list pieces;
  va_start(pieces, space);
  for (const char *piece; (piece = va_arg(pieces, const char *)) != NULL;) {
    size_t part = strlen(piece);
    if (part > space - 1 - length) part = space - 1 - length;
    memcpy(into + length, piece, part);
    length += part;
  }
  va_end(pieces);
  into[length] = 0;
}
