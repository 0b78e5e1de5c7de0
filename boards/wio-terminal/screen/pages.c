#include "pages.h"

#include "colors.h"
#include "text.h"
#include "widgets.h"

enum { MARGIN = 10, HEAD_Y = 10 };

static void (*const draw[PAGES])(const status *) = {page_main, page_network, page_about};
static const char *const titles[PAGES] = {NULL, "Network", "About"};

/* On the first page the device's id stands where others have their title. */
static void head(page page, const status *status) {
  const char *const title = titles[page] ? titles[page] : status->id;
  int left = link_dot(SCREEN_WIDTH - MARGIN, HEAD_Y + 2, "Broker", status->broker,
                      *status->broker_problem);
  left = link_dot(left - 14, HEAD_Y + 2, "Wi-Fi", status->wifi, *status->wifi_problem);
  text_draw_within(&font_large, MARGIN, HEAD_Y, left - 12 - MARGIN, COLOR_TEXT, title);
}

void page_draw(page page, const status *status) {
  head(page, status);
  draw[page](status);
  foot(status);
}
