/* Supply, watchdog and cache; and why the chip was reset. */
#ifndef SUPPLY_H
#define SUPPLY_H

#include <stdbool.h>

/* Call this first, so that a start that hangs ends in a reset, too. */
void watchdog_start(void);

/* Call it once a round of the loop: 8 s after the last call the chip is reset. */
void watchdog_feed(void);

/* Resets the chip if the supply is too low to write flash. */
void brown_out_init(void);

void cache_init(void);

/* Why the last reset happened: "power on", "watchdog", ... */
const char *reset_cause(void);
bool reset_was_watchdog(void);
bool reset_was_software(void);

#endif
