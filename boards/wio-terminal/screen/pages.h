/* What each page shows. A page draws itself onto the tile that was begun. */
#ifndef PAGES_H
#define PAGES_H

#include "status.h"

typedef enum { PAGE_MAIN, PAGE_NETWORK, PAGE_ABOUT, PAGES } page;

void page_draw(page page, const status *status);

/* One each; page_draw calls them. */
void page_main(const status *status);
void page_network(const status *status);
void page_about(const status *status);

#endif
