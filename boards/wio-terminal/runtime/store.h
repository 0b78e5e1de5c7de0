/*
 * The store of settings (settings_store.h), which the virtual machine uses too. Keys are texts of
 * at most 15 bytes; those of the settings service begin with a colon there, and no others can be
 * reached over the bus.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

/* The value's length, negative where there is none. Copies it only if all of it fits. */
int32_t store_get(const char *key, void *into, uint32_t space);

/* A length of zero removes the value. False, and a line on the console, when it can't be kept. */
bool store_set(const char *key, const void *value, uint32_t length);

#endif
