#include "store.h"

#include <stddef.h>

#include "console.h"
#include "vm_memory.h"
#include "vm_start.h"

int32_t store_get(const char *key, void *into, uint32_t space) {
  const int32_t length =
      (int32_t)vm_jd_settings_get_bin(vm_address_of(key), vm_address_of(into), space);
  return length > 0 ? length : -1;
}

bool store_set(const char *key, const void *value, uint32_t length) {
  const int32_t result =
      (int32_t)vm_jd_settings_set_bin(vm_address_of(key), vm_address_of(value), length);
  if (result < 0) console_line("cannot keep ", key, " in flash", NULL);
  return result >= 0;
}
