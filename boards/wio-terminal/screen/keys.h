/*
 * The three buttons on the upper edge, as the screen takes them: A turns the LED over, B turns the
 * page, C dims the picture and at last puts out its light. The program gets their events all the same.
 */
#ifndef KEYS_H
#define KEYS_H

#include <stdbool.h>
#include <stdint.h>

/* True when the page is to be turned. */
bool keys_step(uint64_t now_micros);

/* There is something to see: the backlight comes on. */
void keys_light_up(void);

#endif
