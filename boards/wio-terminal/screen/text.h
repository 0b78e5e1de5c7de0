/* Text on the tile. A letter that the font does not have is drawn as a box. */
#ifndef TEXT_H
#define TEXT_H

#include <stdint.h>

#include "font.h"

/* In pixels, without the gap after the last letter. */
int text_width(const font *font, const char *text);

/* `y` is the top of the capitals. Returns where it ended. */
int text_draw(const font *font, int x, int y, uint16_t color, const char *text);
void text_draw_right(const font *font, int right, int y, uint16_t color, const char *text);

/* Text that does not fit into `width` pixels is cut off and ends with an ellipsis. */
void text_draw_within(const font *font, int x, int y, int width, uint16_t color, const char *text);

#endif
