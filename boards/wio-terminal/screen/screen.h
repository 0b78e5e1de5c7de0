/*
 * The screen: shows light, LED, network, who decides, and problems. A page is composed tile by
 * tile, at most one tile per step, and only changed tiles are sent.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdint.h>

void screen_init(void);

/* Reads the keys and updates the screen when due. Call often. */
void screen_step(uint64_t now_micros);

#endif
