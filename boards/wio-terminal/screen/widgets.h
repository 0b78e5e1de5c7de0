/* Pieces that pages are made of. */
#ifndef WIDGETS_H
#define WIDGETS_H

#include "status.h"

/* A field in the colour of cards, with round corners. */
void card(int x, int y, int width, int height);

/*
 * A dot that shows the state of a link, with its name to the left. Returns the left edge of the
 * name.
 */
int link_dot(int right, int y, const char *name, link_state link, bool problem);

/* The light of the last minutes in a field of this size, and the threshold across it. */
void graph(int x, int y, int width, int height, int threshold);

/* A line of a list: what, and how it is. */
void list_line(unsigned line, const char *what, const char *value);

/* The foot of each page: the problem if there is one, otherwise what the buttons do. */
void foot(const status *status);

#endif
