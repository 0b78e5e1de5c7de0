/* The coprocessor's firmware, by the version that it tells. */
#ifndef FIRMWARE_VERSION_H
#define FIRMWARE_VERSION_H

#include <stdbool.h>

#define FIRMWARE_VERSION_MIN "2.1.2"

/* Whether this board can work with it; "2.1.2" or "v2.1.3" are fine, what is no version is not. */
bool firmware_is_new_enough(const char *version);

#endif
