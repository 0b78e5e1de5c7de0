#include "package.h"

#include <stddef.h>
#include <string.h>

#include "board.h"
#include "bus.h"
#include "console.h"
#include "credentials.h"
#include "hash.h"
#include "settings_store.h"

/* The linker script places the package. */
extern const package package_in_flash;

const package *package_find(void) {
  return package_in_flash.magic == PACKAGE_MAGIC ? &package_in_flash : NULL;
}

const uint8_t *package_signer(void) {
  static const uint8_t none[sizeof package_in_flash.signer];
  const package *const found = package_find();
  return found && memcmp(found->signer, none, sizeof none) != 0 ? found->signer : NULL;
}

/* The settings: pairs of key and value, each with a final zero. An empty key ends them. */
static const char *settings(const package *package) {
  return (const char *)package->program + package->program_length;
}

const char *package_setting(const char *key) {
  const package *const found = package_find();
  if (!found) return NULL;
  for (const char *at = settings(found); *at;) {
    const char *const value = at + strlen(at) + 1;
    if (strcmp(at, key) == 0) return value;
    at = value + strlen(value) + 1;
  }
  return NULL;
}

/* The settings service. The payload of its command "set" is the key, a zero byte and the value. */
#define SERVICE_CLASS_SETTINGS 0x1107dc4aull
enum { PACKAGE_COMMAND_SETTINGS_SET = 0x81 };

/* The board's own settings are not sent to the program. */
static bool is_for_program(const char *key) { return strncmp(key, "WIFI_", 5) != 0; }

static void send_settings(const package *package) {
  for (const char *key = settings(package); *key;) {
    const char *const value = key + strlen(key) + 1;
    const size_t length = (size_t)(value - key) + strlen(value);
    if (length > BUS_PAYLOAD_MAX) {
      console_line("setting ", key, " is too long", NULL);
    } else if (is_for_program(key)) {
      const packet packet = {.command = PACKAGE_COMMAND_SETTINGS_SET,
                             .length = (uint8_t)length,
                             .payload = (const uint8_t *)key};
      bus_send(SERVICE_CLASS_SETTINGS, BUS_COMMAND | BUS_TO_SERVICE_CLASS, &packet);
    }
    key = value + strlen(value) + 1;
  }
}

/* The key in the store for the hash of the package that was applied last. */
static const char applied_key[] = "nl_package";

static uint32_t package_hash(const package *package) {
  const uint32_t length = sizeof *package + package->program_length + package->settings_length;
  return hash((const uint8_t *)package, length);
}

bool package_is_new(void) {
  static uint32_t applied;
  const package *const found = package_find();
  if (!found) return false;
  return settings_get(applied_key, &applied, sizeof applied) != sizeof applied ||
         applied != package_hash(found);
}

void package_apply_settings(void) {
  const package *const found = package_find();
  if (!found) return;
  send_settings(found);
  const char *const ssid = package_setting("WIFI_SSID");
  if (ssid) credentials_set(ssid, package_setting("WIFI_PWD"));
}

void package_applied(void) {
  static uint32_t now_applied;
  now_applied = package_hash(package_find());
  settings_set(applied_key, &now_applied, sizeof now_applied);
}
