/* CRC-32 as Ethernet has it (IEEE 802.3): polynomial 0x04c11db7, reflected. */
#ifndef CRC32_H
#define CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Of the bytes, after those whose CRC is `before`; 0 at first. */
uint32_t crc32(uint32_t before, const void *bytes, size_t length);

#endif
