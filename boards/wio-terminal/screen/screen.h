/*
 * What a person sees of the board: light, LED, network, who decides, and what is wrong. A page is
 * composed tile by tile, at most one a step, and only a tile that changed is sent.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdint.h>

void screen_init(void);

/* Call often; it keeps its own pace. */
void screen_step(uint64_t now_micros);

#endif
