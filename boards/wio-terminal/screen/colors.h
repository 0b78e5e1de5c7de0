/* The screen's colours. */
#ifndef COLORS_H
#define COLORS_H

#include "tile.h"

#define COLOR_NIGHT RGB(8, 12, 20)
#define COLOR_CARD RGB(24, 32, 44)
#define COLOR_GRID RGB(56, 68, 84)
#define COLOR_TEXT RGB(240, 244, 248)
#define COLOR_QUIET RGB(152, 164, 180)
#define COLOR_LAMP RGB(255, 184, 64)
#define COLOR_GLOW RGB(88, 64, 24)
#define COLOR_PROBLEM RGB(255, 104, 88)

#endif
