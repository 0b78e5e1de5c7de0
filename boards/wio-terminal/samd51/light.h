/* The light sensor, a photodiode at ADC1. */
#ifndef LIGHT_H
#define LIGHT_H

#include <stdint.h>

void light_init(void);

/* The newest result, without a wait: 0 is dark, 65535 full scale. */
uint16_t light_read(void);

#endif
