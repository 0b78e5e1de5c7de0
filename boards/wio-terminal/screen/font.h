/* Fonts, made at build time from build/font/strokes.ts. */
#ifndef FONT_H
#define FONT_H

#include <stdint.h>

typedef struct {
  uint8_t width;
  uint8_t advance; /* from this glyph's left edge to that of the next */
  uint16_t offset; /* of the glyph's first byte in `coverage` */
} glyph;

typedef struct {
  uint8_t first, count; /* the first code of this font, and the number of codes */
  uint8_t height;       /* height of a line, pixels */
  uint8_t capital_top, capital_height;
  const glyph *glyphs;
  /*
   * How much of each pixel a glyph covers, 0..3. A byte holds four pixels, the first in the low
   * bits.
   */
  const uint8_t *coverage;
} font;

enum { FONT_COVERAGE_MAX = 3 };

/* Codes beyond ASCII, as in strokes.ts. */
#define ELLIPSIS "\x7f"
#define DISC "\x80"
#define UNKNOWN '\x81'

extern const font font_small, font_large;
extern const font font_number; /* has only digits */
extern const font font_disc;   /* has only a disc */

#endif
