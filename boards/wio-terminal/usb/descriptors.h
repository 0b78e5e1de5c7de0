/* What the board says of itself on USB: one configuration with one serial port (CDC ACM). */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

/* `serial` identifies this chip. Call it before the first request. */
void descriptors_init(uint64_t serial);

/*
 * A descriptor, by wValue of GET_DESCRIPTOR: its type in the high byte, its index in the low. A
 * null pointer if there is none. It is valid until the next call.
 */
const uint8_t *descriptor_find(uint16_t value, size_t *length);

#endif
