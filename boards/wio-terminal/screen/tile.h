/*
 * A tile: a part of the screen, composed in RAM. A whole frame would take 150 KB, so a page is
 * drawn again for each tile, and all parts outside the tile are clipped. Coordinates are pixels
 * from the upper left corner of the screen.
 */
#ifndef TILE_H
#define TILE_H

#include <stdbool.h>
#include <stdint.h>

enum { SCREEN_WIDTH = 320, SCREEN_HEIGHT = 240 };
enum { TILE_WIDTH = 64, TILE_HEIGHT = 24 };
enum {
  TILE_COLUMNS = SCREEN_WIDTH / TILE_WIDTH,
  TILE_ROWS = SCREEN_HEIGHT / TILE_HEIGHT,
  TILES = TILE_COLUMNS * TILE_ROWS,
  TILE_BYTES = TILE_WIDTH * TILE_HEIGHT * 2
};

/* Converts red, green and blue, 0..255 each, to the display's format: 5, 6 and 5 bits. */
#define RGB(red, green, blue) \
  ((uint16_t)(((red) & 0xf8) << 8 | ((green) & 0xfc) << 3 | (blue) >> 3))

/*
 * Begins a sketch of the whole screen or of tile 0..TILES - 1. In a sketch, drawing only changes
 * the digest, which takes much less time than painting.
 */
void tile_sketch_screen(void);
void tile_sketch(unsigned index);

/* The digest of the sketch (FNV-1a, 32 bits); never 0. Another digest means another sketch. */
uint32_t tile_digest(void);

/* Ends the sketch of a tile: fills the tile with a colour. Later drawing paints the tile. */
void tile_paint(uint16_t color);

void tile_fill(int x, int y, int width, int height, uint16_t color);

/* Mixes a colour into a pixel. `coverage` is 0..FONT_COVERAGE_MAX. */
void tile_mix(int x, int y, unsigned coverage, uint16_t color);

/* Whether a part of this rectangle is within the tile. */
bool tile_shows(int x, int y, int width, int height);

/*
 * In a sketch, adds `what` to the digest and returns true: the caller need not paint. Otherwise
 * returns false.
 */
bool tile_notes(const void *what, int x, int y, uint16_t color);

int tile_x(void);
int tile_y(void);

/* Sets how many times the brightness of later tiles is halved, 0..2. */
void tile_dim(unsigned halves);

/*
 * The bytes of the tile in the display's format. They are converted in place: paint the tile again
 * before the next call.
 */
const uint8_t *tile_bytes(void);

#endif
