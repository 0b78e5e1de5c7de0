#include "text.h"

#include "tile.h"

/* The next letter's glyph. A letter of several bytes (UTF-8) is one unknown letter. */
static const glyph *next(const font *font, const char **at) {
  uint8_t code = (uint8_t)*(*at)++;
  if (code >= 0xc0) {
    code = (uint8_t)UNKNOWN;
    while (((uint8_t)**at & 0xc0) == 0x80) (*at)++;
  }
  const unsigned index = (unsigned)code - font->first;
  if (index < font->count) return &font->glyphs[index];
  return &font->glyphs[font->count - 1];
}

int text_width(const font *font, const char *text) {
  int width = 0, gap = 0;
  while (*text) {
    const glyph *const glyph = next(font, &text);
    width += glyph->advance;
    gap = glyph->advance - glyph->width;
  }
  return width - gap;
}

static void draw_glyph(const font *font, const glyph *glyph, int x, int y, uint16_t color) {
  if (!tile_shows(x, y, glyph->width, font->height)) return;
  if (tile_notes(glyph, x, y, color)) return;
  const uint8_t *const coverage = font->coverage + glyph->offset;
  for (int row = 0; row < font->height; row++) {
    if (!tile_shows(x, y + row, glyph->width, 1)) continue;
    for (int column = 0; column < glyph->width; column++) {
      const unsigned i = (unsigned)(row * glyph->width + column);
      tile_mix(x + column, y + row, coverage[i / 4] >> 2 * (i % 4) & FONT_COVERAGE_MAX, color);
    }
  }
}

int text_draw(const font *font, int x, int y, uint16_t color, const char *text) {
  while (*text) {
    const glyph *const glyph = next(font, &text);
    draw_glyph(font, glyph, x, y - font->capital_top, color);
    x += glyph->advance;
  }
  return x;
}

void text_draw_right(const font *font, int right, int y, uint16_t color, const char *text) {
  text_draw(font, right - text_width(font, text), y, color, text);
}

void text_draw_within(const font *font, int x, int y, int width, uint16_t color, const char *text) {
  if (text_width(font, text) <= width) {
    text_draw(font, x, y, color, text);
    return;
  }
  const int end = x + width - text_width(font, ELLIPSIS);
  while (*text) {
    const glyph *const glyph = next(font, &text);
    if (x + glyph->width > end) break;
    draw_glyph(font, glyph, x, y - font->capital_top, color);
    x += glyph->advance;
  }
  text_draw(font, x, y, color, ELLIPSIS);
}
