#include "store.h"

#include <string.h>

#include "console.h"
#include "settings_store.h"

int32_t store_get(const char *key, void *into, uint32_t space) {
  uint32_t length;
  const uint8_t *const value = settings_store_find(key, &length);
  if (!value || length == 0) return -1;
  if (length <= space) memcpy(into, value, length);
  return (int32_t)length;
}

bool store_set(const char *key, const void *value, uint32_t length) {
  const bool stored = settings_store_put(key, value, length) == SETTING_STORED;
  if (!stored) console_line("cannot keep ", key, " in flash", NULL);
  return stored;
}
