/*
 * The settings, in two blocks of flash that take turns. Power may go at any instant: what was
 * stored before is there afterwards, and what was being stored is there in whole or not at all.
 */
#ifndef SETTINGS_STORE_H
#define SETTINGS_STORE_H

#include <stddef.h>
#include <stdint.h>

enum { SETTING_KEY_MAX = 15, SETTING_VALUE_MAX = 4096 };

/* Finds what is there. Call before all else. */
void settings_store_init(void);

/*
 * Where a value lies in flash, until the next is stored, and its length; a null pointer when there
 * is none.
 */
const uint8_t *settings_store_find(const char *key, uint32_t *length);

enum { SETTING_STORED = 0, SETTING_BAD_KEY = -1, SETTING_TOO_LONG = -2, SETTING_NO_SPACE = -3 };
/* Stores a value; nothing is written where it is the same as before. */
int settings_store_put(const char *key, const uint8_t *value, uint32_t length);

#endif
