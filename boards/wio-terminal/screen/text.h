/* Draws text on the tile. A letter that is not in the font is drawn as a box. */
#ifndef TEXT_H
#define TEXT_H

#include <stdint.h>

#include "font.h"

/* The width of a text in pixels, without the gap after the last letter. */
int text_width(const font *font, const char *text);

/* Draws a text. `y` is the top of the capitals. Returns the x where the next text can start. */
int text_draw(const font *font, int x, int y, uint16_t color, const char *text);
void text_draw_right(const font *font, int right, int y, uint16_t color, const char *text);

/* Draws a text. If it is wider than `width` pixels, it is cut off and ends with an ellipsis. */
void text_draw_within(const font *font, int x, int y, int width, uint16_t color, const char *text);

#endif
