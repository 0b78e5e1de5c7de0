#include "gateway.h"

#include <stddef.h>
#include <string.h>

#include "settings_store.h"

/* The setting in which the client keeps its address: DeviceScript, wssk_health.c. */
static const char address_key[] = "wssk_connstr";

/* How long frames that the client sent may still be on the bus: some rounds of the loop. */
enum { GATEWAY_LAST_FRAMES_MICROS = 2000000 };

static uint64_t last_had_micros;
static bool had;

bool gateway_has_address(void) { return settings_get(address_key, NULL, 0) > 0; }

void gateway_forget(void) {
  if (gateway_has_address()) settings_set(address_key, NULL, 0);
}

void gateway_saw_setting(const char *key, uint32_t length, uint64_t now_micros) {
  if (length > 0 || strcmp(key, address_key) != 0 || !gateway_has_address()) return;
  had = true;
  last_had_micros = now_micros;
}

bool gateway_may_bring(uint64_t now_micros) {
  return gateway_has_address() ||
         (had && now_micros - last_had_micros < GATEWAY_LAST_FRAMES_MICROS);
}
