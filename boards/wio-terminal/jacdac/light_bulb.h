/* The LED, as the screen knows it and a person's hand sets it. */
#ifndef LIGHT_BULB_H
#define LIGHT_BULB_H

#include <stdbool.h>

bool light_bulb_is_on(void);

/* Whether it was set by hand since the program last set it. */
bool light_bulb_is_by_hand(void);

/* By hand: on if it was off, off if it was on. It stays so until the program next sets it. */
void light_bulb_turn_over(void);

#endif
