/*
 * The settings, in two blocks of flash that take turns. Power may fail at any instant: stored
 * values are not lost, and a value that was being stored is there either completely or not at all.
 */
#ifndef SETTINGS_STORE_H
#define SETTINGS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SETTINGS_KEY_MAX = 15, SETTINGS_VALUE_MAX = 4096 };

/* Finds the stored settings. Call this first. */
void settings_store_init(void);

/*
 * Returns a pointer to a value in flash, and its length; a null pointer if there is no value. The
 * pointer is valid until the next value is stored.
 */
const uint8_t *settings_store_find(const char *key, uint32_t *length);

enum { SETTINGS_STORED = 0, SETTINGS_BAD_KEY = -1, SETTINGS_TOO_LONG = -2, SETTINGS_NO_SPACE = -3 };
/* Stores a value. Writes nothing if the value is the same as before. */
int settings_store_put(const char *key, const uint8_t *value, uint32_t length);

/*
 * Gets one of the board's own settings. Keys have at most 15 bytes. The keys of the settings
 * service begin with a colon here; other keys cannot be reached over the bus.
 *
 * Returns the length of the value, negative if there is none. Copies the value only if it fits
 * completely.
 */
int32_t settings_get(const char *key, void *into, uint32_t space);

/* Stores a value; a length of zero removes it. If that fails, logs a line and returns false. */
bool settings_set(const char *key, const void *value, uint32_t length);

#endif
