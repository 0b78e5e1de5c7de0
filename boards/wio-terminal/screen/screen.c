#include "screen.h"

#include "colors.h"
#include "history.h"
#include "ili9341.h"
#include "keys.h"
#include "pages.h"
#include "panel.h"
#include "tile.h"

/*
 * A changed tile takes some tenths of a millisecond to paint and a millisecond to send. With one
 * tile every 2 ms, a completely new picture is complete after 100 ms. Five pictures a second are
 * enough, and leave time for the rest of the loop.
 */
enum { TILE_MICROS = 2000, PICTURE_MICROS = 200000 };

static status shown;
static page current;
static unsigned next_tile;
static uint64_t due_micros, picture_due_micros;
/* The digests of the last picture and of each tile as last sent; 0 if never sent. */
static uint32_t picture, sent[TILES];
static bool first_is_in;

void screen_init(void) { panel_init(); }

static void turn_pages(int pages) { current = (page)(((int)current + PAGES + pages) % PAGES); }

/* Reads the status once, so that all tiles agree. Returns false if nothing has changed. */
static bool begin_picture(uint64_t now_micros) {
  status_read(&shown, now_micros);
  history_step(now_micros, shown.light);
  tile_sketch_screen();
  page_draw(current, &shown);
  const bool is_new = picture != tile_digest();
  picture = tile_digest();
  return is_new;
}

static void end_picture(void) {
  if (first_is_in) return;
  first_is_in = true;
  ili9341_show();
  keys_light_up();
}

void screen_step(uint64_t now_micros) {
  turn_pages(keys_step(now_micros));
  if (!ili9341_is_started(now_micros) || now_micros < due_micros || panel_is_busy()) return;
  if (next_tile == TILES) {
    end_picture();
    next_tile = 0;
  }
  if (next_tile == 0) {
    if (now_micros < picture_due_micros) return;
    picture_due_micros = now_micros + PICTURE_MICROS;
    if (!begin_picture(now_micros)) return;
  }
  due_micros = now_micros + TILE_MICROS;

  const unsigned tile = next_tile++;
  tile_sketch(tile);
  page_draw(current, &shown);
  if (sent[tile] == tile_digest()) return;
  sent[tile] = tile_digest();
  tile_paint(COLOR_NIGHT);
  page_draw(current, &shown);
  ili9341_window((uint16_t)tile_x(), (uint16_t)tile_y(), TILE_WIDTH, TILE_HEIGHT);
  panel_pixels(tile_bytes(), TILE_BYTES);
}
