/* The clock: microseconds since clock_counter_init, counted by hardware. */
#ifndef CLOCK_COUNTER_H
#define CLOCK_COUNTER_H

#include <stdint.h>

void clock_counter_init(void);
uint64_t clock_counter_micros(void);

#endif
