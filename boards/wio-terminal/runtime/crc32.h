/* The CRC-32 of Ethernet (IEEE 802.3): polynomial 0x04c11db7, reflected. */
#ifndef CRC32_H
#define CRC32_H

#include <stddef.h>
#include <stdint.h>

/*
 * Continues a CRC with these bytes. `before` is the CRC of all earlier bytes, 0 if there are none.
 */
uint32_t crc32(uint32_t before, const void *bytes, size_t length);

#endif
