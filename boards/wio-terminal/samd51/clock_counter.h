/* The clock: microseconds since it was started, counted by the hardware. */
#ifndef CLOCK_COUNTER_H
#define CLOCK_COUNTER_H

#include <stdint.h>

void clock_counter_init(void);
uint64_t clock_counter_micros(void);

#endif
