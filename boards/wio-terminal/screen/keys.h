/*
 * The three buttons on the upper edge, as the screen takes them: A turns the LED over, B turns the
 * page, C dims the picture and at last puts out its light. The program gets their events all the
 * same. The 5-way switch does it too: pressed, to the sides, up and down.
 */
#ifndef KEYS_H
#define KEYS_H

#include <stdbool.h>
#include <stdint.h>

/* By how many pages to go on: -1, 0 or 1. */
int keys_step(uint64_t now_micros);

/* There is something to see: the backlight comes on. */
void keys_light_up(void);

#endif
