/* What the board says of itself on USB: one configuration with one serial port (CDC ACM). */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

/* `serial` tells this chip from others. Before the first question. */
void descriptors_init(uint64_t serial);

/*
 * A descriptor, by the value of USB_GET_DESCRIPTOR: its type in the high byte, its index in the
 * low. A null pointer for one that there is not. It stays as it is until the next call.
 */
const uint8_t *descriptor_find(uint16_t value, size_t *length);

#endif
