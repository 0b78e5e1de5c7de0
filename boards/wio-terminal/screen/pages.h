/* The pages. A page is drawn onto the current tile. */
#ifndef PAGES_H
#define PAGES_H

#include "status.h"

typedef enum { PAGE_MAIN, PAGE_NETWORK, PAGE_ABOUT, PAGES } page;

void page_draw(page page, const status *status);

#endif
