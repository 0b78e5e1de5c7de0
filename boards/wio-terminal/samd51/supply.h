/* Supply, watchdog, cache, and the cause of the last reset. */
#ifndef SUPPLY_H
#define SUPPLY_H

#include <stdbool.h>

/* Call this first, so that a start that hangs also ends in a reset. */
void watchdog_start(void);

/* Call once per round of the loop. The chip is reset 8 s after the last call. */
void watchdog_feed(void);

/* Resets the chip if the supply is too low to write flash. */
void brown_out_init(void);

void cache_init(void);

/* The cause of the last reset: "power on", "watchdog", ... */
const char *reset_cause(void);
bool reset_was_watchdog(void);
bool reset_was_software(void);

#endif
