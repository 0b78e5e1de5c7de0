/* The serial number of this chip, and random numbers. */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stddef.h>
#include <stdint.h>

void random_init(void);
void random_bytes(uint8_t *into, size_t length);

uint64_t serial_number(void);

#endif
