#include "tile.h"

#include "font.h"

static uint16_t pixels[TILE_WIDTH * TILE_HEIGHT] __attribute__((aligned(4)));
static int left, top;
static unsigned dim;

static int larger(int a, int b) { return a > b ? a : b; }
static int smaller(int a, int b) { return a < b ? a : b; }

int tile_x(void) { return left; }
int tile_y(void) { return top; }

void tile_begin(unsigned index, uint16_t color) {
  left = (int)(index % TILE_COLUMNS) * TILE_WIDTH;
  top = (int)(index / TILE_COLUMNS) * TILE_HEIGHT;
  for (unsigned i = 0; i < TILE_WIDTH * TILE_HEIGHT; i++) pixels[i] = color;
}

int tile_shows(int x, int y, int width, int height) {
  return x < left + TILE_WIDTH && x + width > left && y < top + TILE_HEIGHT && y + height > top;
}

void tile_fill(int x, int y, int width, int height, uint16_t color) {
  const int x_end = smaller(x + width - left, TILE_WIDTH);
  const int y_end = smaller(y + height - top, TILE_HEIGHT);
  for (int row = larger(y - top, 0); row < y_end; row++) {
    for (int column = larger(x - left, 0); column < x_end; column++) {
      pixels[row * TILE_WIDTH + column] = color;
    }
  }
}

/* One of the three parts of a colour, which lies under a mask. */
static unsigned mixed(unsigned over, unsigned under, unsigned coverage, unsigned mask) {
  const unsigned sum = (over & mask) * coverage + (under & mask) * (COVERAGE_MAX - coverage);
  return sum / COVERAGE_MAX & mask;
}

void tile_mix(int x, int y, unsigned coverage, uint16_t color) {
  const int column = x - left, row = y - top;
  if (coverage == 0 || column < 0 || column >= TILE_WIDTH || row < 0 || row >= TILE_HEIGHT) return;
  uint16_t *const pixel = &pixels[row * TILE_WIDTH + column];
  const unsigned under = *pixel;
  *pixel = (uint16_t)(mixed(color, under, coverage, 0xf800) |
                      mixed(color, under, coverage, 0x07e0) |
                      mixed(color, under, coverage, 0x001f));
}

void tile_dim(unsigned halves) { dim = halves; }

uint32_t tile_hash(void) {
  uint32_t hash = 2166136261u + dim;
  for (unsigned i = 0; i < TILE_WIDTH * TILE_HEIGHT; i++) hash = (hash ^ pixels[i]) * 16777619u;
  return hash;
}

const uint8_t *tile_bytes(void) {
  for (unsigned i = 0; i < TILE_WIDTH * TILE_HEIGHT; i++) {
    unsigned pixel = pixels[i];
    for (unsigned half = 0; half < dim; half++) pixel = pixel >> 1 & 0x7bef; /* each of its parts */
    pixels[i] = (uint16_t)(pixel >> 8 | pixel << 8); /* the display's order */
  }
  return (const uint8_t *)pixels;
}
