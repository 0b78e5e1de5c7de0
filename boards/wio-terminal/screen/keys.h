/*
 * The functions of the three buttons on the upper edge: A switches the LED, B goes to the next
 * page, C dims the picture and finally switches the backlight off. The program also receives their
 * events. The 5-way switch does the same: press for A, left and right for B, up and down for C.
 */
#ifndef KEYS_H
#define KEYS_H

#include <stdbool.h>
#include <stdint.h>

/* Reads the keys. Returns how many pages to move: -1, 0 or 1. */
int keys_step(uint64_t now_micros);

/* Switches the backlight on, unless the level is off. Call when the first picture is ready. */
void keys_light_up(void);

#endif
