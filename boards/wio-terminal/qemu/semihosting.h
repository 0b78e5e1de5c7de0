/* Services of the emulator's host, by the Arm semihosting interface (Arm IHI 0100). */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stddef.h>
#include <stdint.h>

/* Random bytes from the host's generator. */
void semihosting_random(uint8_t *into, size_t length);

#endif
