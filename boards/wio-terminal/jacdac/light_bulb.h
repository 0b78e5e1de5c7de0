/* The LED, as the screen and the buttons use it. */
#ifndef LIGHT_BULB_H
#define LIGHT_BULB_H

#include <stdbool.h>

bool light_bulb_is_on(void);

/* Whether a button has switched the LED since the program last set it. */
bool light_bulb_is_manual(void);

/* Switches the LED for a button. The LED keeps this state until the program next sets it. */
void light_bulb_turn_over(void);

#endif
