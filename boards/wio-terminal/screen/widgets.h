/* The parts of the pages. */
#ifndef WIDGETS_H
#define WIDGETS_H

#include "status.h"

/* Draws a card: a field with round corners. */
void card(int x, int y, int width, int height);

/*
 * Draws a dot that shows the state of a link, with its name to the left. Returns the left edge of
 * the name.
 */
int link_dot(int right, int y, const char *name, link_state link, bool problem);

/* Draws the light of the last minutes, and the threshold as a dashed line. */
void graph(int x, int y, int width, int height, int threshold);

/* Draws a line of a list: a name and its value. */
void list_line(unsigned line, const char *what, const char *value);

/* Draws the foot of a page: a problem if there is one, otherwise what the buttons do. */
void foot(const status *status);

#endif
