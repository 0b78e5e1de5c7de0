#include "settings_batch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "settings_store.h"

enum { SETTINGS_BATCH_NAMES_MAX = 127, SETTINGS_BATCH_VALUE_MAX = 255 };

static const char names_key[] = ":-";

/* Copies the list of names, because what lies in flash moves when something is stored. */
static bool read_names(const char *key, char *into) {
  const int32_t length = settings_get(key, into, SETTINGS_BATCH_NAMES_MAX);
  if (length <= 0 || length > SETTINGS_BATCH_NAMES_MAX) return false;
  into[length] = 0;
  return true;
}

/* The key of a setting in the store; false if the name is too long for one. */
static bool make_key(char *into, const char *prefix, const char *name, size_t length) {
  const size_t start = strlen(prefix);
  if (length == 0 || start + length > SETTINGS_KEY_MAX) return false;
  memcpy(into, prefix, start);
  memcpy(into + start, name, length);
  into[start + length] = 0;
  return true;
}

static void take_value(const char *name, size_t length) {
  static uint8_t value[SETTINGS_BATCH_VALUE_MAX];
  char from[SETTINGS_KEY_MAX + 1], to[SETTINGS_KEY_MAX + 1];
  if (!make_key(from, ":+", name, length) || !make_key(to, ":", name, length)) return;
  const int32_t size = settings_get(from, value, sizeof value);
  if (size <= (int32_t)sizeof value) settings_set(to, value, size < 0 ? 0 : (uint32_t)size);
  memset(value, 0, sizeof value); /* it may be a password */
}

static void remove_value(const char *name, size_t length) {
  char key[SETTINGS_KEY_MAX + 1];
  if (make_key(key, ":+", name, length) && settings_get(key, NULL, 0) > 0) {
    settings_set(key, NULL, 0);
  }
}

static void for_each(const char *names, void (*act)(const char *name, size_t length)) {
  while (*names) {
    const size_t length = strcspn(names, " ");
    act(names, length);
    names += length;
    if (*names) names++;
  }
}

/* If power fails, what was not done yet is done, or done again, at the next start. */
void settings_batch_finish(void) {
  char names[SETTINGS_BATCH_NAMES_MAX + 1];
  if (read_names(SETTINGS_BATCH_KEY, names)) {
    for_each(names, take_value);
    settings_set(SETTINGS_BATCH_KEY, NULL, 0);
  }
  if (read_names(names_key, names)) {
    for_each(names, remove_value);
    settings_set(names_key, NULL, 0);
  }
}
