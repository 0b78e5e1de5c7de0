/* The light of the last minutes, for the graph. */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdint.h>

enum { HISTORY_SAMPLES = 150, HISTORY_INTERVAL_MICROS = 1000000 };

void history_step(uint64_t now_micros, uint16_t light);

/* The number of samples, and the light of a sample; age 0 is the latest. */
unsigned history_count(void);
uint16_t history_at(unsigned age);

#endif
