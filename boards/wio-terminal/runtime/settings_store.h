/*
 * The settings, in two blocks of flash that take turns. Power may go at any instant: what was
 * stored before is there afterwards, and what was being stored is there in whole or not at all.
 */
#ifndef SETTINGS_STORE_H
#define SETTINGS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SETTINGS_KEY_MAX = 15, SETTINGS_VALUE_MAX = 4096 };

/* Finds what is there. Call before all else. */
void settings_store_init(void);

/*
 * Where a value lies in flash, until the next is stored, and its length; a null pointer when there
 * is none.
 */
const uint8_t *settings_store_find(const char *key, uint32_t *length);

enum { SETTINGS_STORED = 0, SETTINGS_BAD_KEY = -1, SETTINGS_TOO_LONG = -2, SETTINGS_NO_SPACE = -3 };
/* Stores a value; nothing is written where it is the same as before. */
int settings_store_put(const char *key, const uint8_t *value, uint32_t length);

/*
 * For the board's own settings. Keys are texts of at most 15 bytes; those of the settings service
 * begin with a colon here, and no others can be reached over the bus.
 *
 * The value's length, negative where there is none. Copies it only if all of it fits.
 */
int32_t settings_get(const char *key, void *into, uint32_t space);

/* A length of zero removes the value. False, and a line on the console, when it can't be kept. */
bool settings_set(const char *key, const void *value, uint32_t length);

#endif
