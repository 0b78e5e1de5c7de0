#include "firmware_version.h"

#include <stdint.h>

enum { PARTS = 3, PART_MAX = 999 };

/*
 * Combines the parts of a version into one number that can be compared; 0 if the text is no
 * version.
 */
static uint32_t number_of(const char *version) {
  uint32_t number = 0;
  if (*version == 'v') version++;
  for (unsigned part = 0; part < PARTS; part++) {
    uint32_t value = 0;
    if (*version < '0' || *version > '9') return 0;
    for (; *version >= '0' && *version <= '9' && value <= PART_MAX; version++) {
      value = value * 10 + (uint32_t)(*version - '0');
    }
    if (value > PART_MAX) return 0;
    number = number * (PART_MAX + 1) + value;
    if (*version == '.') version++;
  }
  return number;
}

bool firmware_is_new_enough(const char *version) {
  return number_of(version) >= number_of(FIRMWARE_VERSION_MIN);
}
