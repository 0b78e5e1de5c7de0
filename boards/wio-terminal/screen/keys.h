/*
 * What the three buttons on the upper edge do for the screen: A switches the LED, B goes to the
 * next page, C dims the picture and finally switches off its light. The program receives their
 * events as well. The 5-way switch does the same: pressed, left and right, up and down.
 */
#ifndef KEYS_H
#define KEYS_H

#include <stdbool.h>
#include <stdint.h>

/* How many pages to go on: -1, 0 or 1. */
int keys_step(uint64_t now_micros);

/* Switches the backlight on: there is something to see. */
void keys_light_up(void);

#endif
