/* Checks the version that the coprocessor's firmware reports. */
#ifndef FIRMWARE_VERSION_H
#define FIRMWARE_VERSION_H

#include <stdbool.h>

#define FIRMWARE_VERSION_MIN "2.1.2"

/*
 * Whether the board supports this version, such as "2.1.2" or "v2.1.3". False if the text is no
 * version.
 */
bool firmware_is_new_enough(const char *version);

#endif
