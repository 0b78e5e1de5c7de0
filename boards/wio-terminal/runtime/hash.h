/* FNV-1a in 32 bits. The virtual machine's manager identifies programs by the same hash. */
#ifndef HASH_H
#define HASH_H

#include <stdint.h>

static inline uint32_t hash(const uint8_t *bytes, uint32_t length) {
  uint32_t value = 0x811c9dc5u;
  while (length-- > 0) value = (value ^ *bytes++) * 0x01000193u;
  return value;
}

#endif
