#include "tile.h"

#include <stddef.h>

#include "font.h"

static uint16_t pixels[TILE_WIDTH * TILE_HEIGHT] __attribute__((aligned(4)));
static int left, top, right, bottom;
static unsigned dim;
static bool is_sketch;
static uint32_t digest;

static int larger(int a, int b) { return a > b ? a : b; }
static int smaller(int a, int b) { return a < b ? a : b; }

int tile_x(void) { return left; }
int tile_y(void) { return top; }

static void note(uint32_t value) { digest = (digest ^ value) * 16777619u; }

static void sketch(int x, int y, int width, int height) {
  left = x;
  top = y;
  right = x + width;
  bottom = y + height;
  is_sketch = true;
  digest = 2166136261u;
  note(dim);
}

void tile_sketch_screen(void) { sketch(0, 0, SCREEN_WIDTH, SCREEN_HEIGHT); }

void tile_sketch(unsigned index) {
  sketch((int)(index % TILE_COLUMNS) * TILE_WIDTH, (int)(index / TILE_COLUMNS) * TILE_HEIGHT,
         TILE_WIDTH, TILE_HEIGHT);
}

uint32_t tile_digest(void) { return digest | 1; }

void tile_paint(uint16_t color) {
  is_sketch = false;
  for (unsigned i = 0; i < TILE_WIDTH * TILE_HEIGHT; i++) pixels[i] = color;
}

bool tile_shows(int x, int y, int width, int height) {
  return x < right && x + width > left && y < bottom && y + height > top;
}

bool tile_notes(const void *what, int x, int y, uint16_t color) {
  if (!is_sketch) return false;
  note((uint32_t)(uintptr_t)what);
  note((uint32_t)x << 16 | (uint16_t)y);
  note(color);
  return true;
}

void tile_fill(int x, int y, int width, int height, uint16_t color) {
  const int x_begin = larger(x, left) - left, x_end = smaller(x + width, right) - left;
  const int y_begin = larger(y, top) - top, y_end = smaller(y + height, bottom) - top;
  if (x_begin >= x_end || y_begin >= y_end) return;
  if (tile_notes(NULL, x_begin, y_begin, color)) {
    note((uint32_t)x_end << 16 | (uint32_t)y_end);
    return;
  }
  for (int row = y_begin; row < y_end; row++) {
    for (int column = x_begin; column < x_end; column++) {
      pixels[row * TILE_WIDTH + column] = color;
    }
  }
}

/* Mixes one of the three parts of a colour; `mask` selects the part. */
static unsigned mixed(unsigned over, unsigned under, unsigned coverage, unsigned mask) {
  const unsigned sum = (over & mask) * coverage + (under & mask) * (FONT_COVERAGE_MAX - coverage);
  return sum / FONT_COVERAGE_MAX & mask;
}

void tile_mix(int x, int y, unsigned coverage, uint16_t color) {
  const int column = x - left, row = y - top;
  if (coverage == 0 || column < 0 || column >= TILE_WIDTH || row < 0 || row >= TILE_HEIGHT) return;
  uint16_t *const pixel = &pixels[row * TILE_WIDTH + column];
  const unsigned under = *pixel;
  *pixel =
      (uint16_t)(mixed(color, under, coverage, 0xf800) | mixed(color, under, coverage, 0x07e0) |
                 mixed(color, under, coverage, 0x001f));
}

void tile_dim(unsigned halves) { dim = halves; }

const uint8_t *tile_bytes(void) {
  for (unsigned i = 0; i < TILE_WIDTH * TILE_HEIGHT; i++) {
    unsigned pixel = pixels[i];
    for (unsigned half = 0; half < dim; half++) pixel = pixel >> 1 & 0x7bef; /* halves each part */
    pixels[i] = (uint16_t)(pixel >> 8 | pixel << 8); /* the display's byte order */
  }
  return (const uint8_t *)pixels;
}
