/*
 * A part of the screen, composed in RAM. A whole frame takes 150 KB, so a page is drawn again for
 * each tile, and everything outside the tile is clipped. Coordinates are those of the screen, in
 * pixels from its upper left corner.
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

/* Red, green and blue, 0..255 each, as the display takes them: 5, 6 and 5 bits. */
#define RGB(red, green, blue) \
  ((uint16_t)(((red) & 0xf8) << 8 | ((green) & 0xfc) << 3 | (blue) >> 3))

/*
 * Begins a sketch, of the whole screen or of tile 0..TILES - 1: what is drawn from now on is only
 * noted, which takes a small part of the time.
 */
void tile_sketch_screen(void);
void tile_sketch(unsigned index);

/* Tells one sketch from another (FNV-1a, 32 bits); never 0. */
uint32_t tile_digest(void);

/* From now on the tile that was sketched is painted, beginning with all of it in one colour. */
void tile_paint(uint16_t color);

void tile_fill(int x, int y, int width, int height, uint16_t color);

/* Mixes a colour into a pixel; `coverage` of 0..FONT_COVERAGE_MAX. */
void tile_mix(int x, int y, unsigned coverage, uint16_t color);

/* Whether any of this rectangle is within the tile. */
bool tile_shows(int x, int y, int width, int height);

/* True in a sketch: what is there has been noted, and need not be painted. */
bool tile_notes(const void *what, int x, int y, uint16_t color);

int tile_x(void);
int tile_y(void);

/* What is sent from now on is darker by so many halves, 0..2. */
void tile_dim(unsigned halves);

/*
 * The bytes in the display's format, converted in place: paint the tile again before its next use.
 */
const uint8_t *tile_bytes(void);

#endif
