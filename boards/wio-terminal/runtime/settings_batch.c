#include "settings_batch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "settings_store.h"

enum { SETTINGS_BATCH_NAMES_MAX = 127, SETTINGS_BATCH_VALUE_MAX = 255 };

static const char names_key[] = ":-";
static const char removal[] = "null";

/* Copies the list of names, because a value moves in flash when another value is stored. */
static bool read_names(const char *key, char *into) {
  const int32_t length = settings_get(key, into, SETTINGS_BATCH_NAMES_MAX);
  if (length <= 0 || length > SETTINGS_BATCH_NAMES_MAX) return false;
  into[length] = 0;
  return true;
}

/* Makes a key of the store. Returns false if the name is empty or too long. */
static bool make_key(char *into, const char *prefix, const char *name, size_t length) {
  const size_t start = strlen(prefix);
  if (length == 0 || start + length > SETTINGS_KEY_MAX) return false;
  memcpy(into, prefix, start);
  memcpy(into + start, name, length);
  into[start + length] = 0;
  return true;
}

static bool is_there(const char *name, size_t length) {
  char key[SETTINGS_KEY_MAX + 1];
  return make_key(key, ":+", name, length) && settings_get(key, NULL, 0) > 0;
}

static bool take_value(const char *name, size_t length) {
  static uint8_t value[SETTINGS_BATCH_VALUE_MAX];
  char from[SETTINGS_KEY_MAX + 1], to[SETTINGS_KEY_MAX + 1];
  if (!make_key(from, ":+", name, length) || !make_key(to, ":", name, length)) return false;
  const int32_t size = settings_get(from, value, sizeof value);
  if (size > (int32_t)sizeof value) return false;
  const bool is_removal = size == sizeof removal - 1 && memcmp(value, removal, (size_t)size) == 0;
  const bool is_done = settings_set(to, value, is_removal ? 0 : (uint32_t)size);
  memset(value, 0, sizeof value); /* the value may be a password */
  return is_done;
}

static bool remove_value(const char *name, size_t length) {
  char key[SETTINGS_KEY_MAX + 1];
  return is_there(name, length) && make_key(key, ":+", name, length) && settings_set(key, NULL, 0);
}

/* Calls `act` with each name. Returns true if all calls returned true. */
static bool for_each(const char *names, bool (*act)(const char *name, size_t length)) {
  bool are_done = true;
  while (*names) {
    const size_t length = strcspn(names, " ");
    if (!act(names, length)) are_done = false;
    names += length;
    if (*names) names++;
  }
  return are_done;
}

/*
 * If power fails, the next start repeats or continues the work. A computer that gets no answer
 * sends "+" again. By then, the list ":-" and the new values may be removed, and nothing may be
 * changed.
 */
void settings_batch_finish(void) {
  char names[SETTINGS_BATCH_NAMES_MAX + 1];
  bool is_refused = false;
  if (read_names(SETTINGS_BATCH_KEY, names)) {
    is_refused = settings_get(names_key, NULL, 0) <= 0 || !for_each(names, is_there) ||
                 !for_each(names, take_value);
    settings_set(SETTINGS_BATCH_KEY, NULL, 0);
  }
  if (!is_refused && read_names(names_key, names)) {
    for_each(names, remove_value);
    settings_set(names_key, NULL, 0);
  }
}
