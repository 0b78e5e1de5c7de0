/* The light sensor, a photodiode on ADC1. */
#ifndef LIGHT_H
#define LIGHT_H

#include <stdint.h>

void light_init(void);

/* Returns the newest result at once: 0 is dark, 65535 full scale. */
uint16_t light_read(void);

#endif
