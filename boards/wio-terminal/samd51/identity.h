/* What tells this chip from all others, and what nobody can foresee. */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stddef.h>
#include <stdint.h>

void random_init(void);
void random_bytes(uint8_t *into, size_t length);

uint64_t serial_number(void);

#endif
