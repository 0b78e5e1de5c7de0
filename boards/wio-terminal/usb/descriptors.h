/* The board's USB descriptors: one configuration with one serial port (CDC ACM). */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

/* Sets the serial number, which identifies this chip. Call before the first request. */
void descriptors_init(uint64_t serial);

/*
 * Finds a descriptor by wValue of GET_DESCRIPTOR: type in the high byte, index in the low byte.
 * Returns a null pointer if there is none. The result is valid until the next call.
 */
const uint8_t *descriptor_find(uint16_t value, size_t *length);

#endif
