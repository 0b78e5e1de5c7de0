#include "credentials.h"

#include <stddef.h>
#include <string.h>

#include "console.h"
#include "settings_store.h"
#include "wifi.h"

/* Keys in the store: two of the settings service, and ours. */
static const char set_ssid_key[] = ":WIFI_SSID";
static const char set_passphrase_key[] = ":WIFI_PWD";
static const char own_key[] = "nl_wifi";

/* How often to check whether the settings service has new ones. */
enum { LOOK_EVERY_MICROS = 1000000 };

static struct {
  char ssid[CREDENTIALS_SSID_MAX + 1];
  char passphrase[CREDENTIALS_PASSPHRASE_MAX + 1];
} own;
static bool is_changed;
static uint64_t next_look_micros;

void credentials_init(void) {
  if (settings_get(own_key, &own, sizeof own) != sizeof own) memset(&own, 0, sizeof own);
  own.ssid[CREDENTIALS_SSID_MAX] = own.passphrase[CREDENTIALS_PASSPHRASE_MAX] = 0;
  is_changed = false;
  next_look_micros = 0;
}

const char *credentials_ssid(void) { return own.ssid[0] ? own.ssid : NULL; }
const char *credentials_passphrase(void) { return own.passphrase[0] ? own.passphrase : NULL; }

static bool fits(const char *text, size_t max) { return !text || strlen(text) <= max; }

static void copy(char *into, size_t size, const char *text) {
  memset(into, 0, size); /* nothing of a longer text stays behind */
  if (text) memcpy(into, text, strlen(text));
}

bool credentials_set(const char *ssid, const char *passphrase) {
  if (!fits(ssid, CREDENTIALS_SSID_MAX) || !fits(passphrase, CREDENTIALS_PASSPHRASE_MAX)) {
    console_line("wifi: name longer than 32 bytes, or passphrase longer than 64", NULL);
    return false;
  }
  if (ssid != own.ssid) copy(own.ssid, sizeof own.ssid, ssid);
  if (passphrase != own.passphrase) copy(own.passphrase, sizeof own.passphrase, passphrase);
  is_changed = true;
  return true;
}

/*
 * A value that was written to the settings service. The tools write settings as JSON, so quotes
 * around a text are not part of it.
 */
static char *given(const char *key, char *into, uint32_t space) {
  const int32_t length = settings_get(key, into, space - 1);
  if (length < 0) return NULL;
  if ((uint32_t)length >= space) {
    console_line("wifi: ", key + 1, " is too long", NULL);
    settings_set(key, NULL, 0);
    return NULL;
  }
  into[length] = 0;
  if (length < 2 || into[0] != '"' || into[length - 1] != '"') return into;
  into[length - 1] = 0;
  char *to = into;
  for (const char *from = into + 1; *from; from++) {
    if (*from == '\\' && from[1]) from++;
    *to++ = *from;
  }
  *to = 0;
  return into;
}

static void keep(void) {
  if (!is_changed) return;
  is_changed = false;
  settings_set(own_key, &own, sizeof own);
  wifi_use(credentials_ssid(), credentials_passphrase());
}

static void look(void) {
  /* With quotes, and with a backslash before each letter. */
  static char ssid[2 * CREDENTIALS_SSID_MAX + 3], passphrase[2 * CREDENTIALS_PASSPHRASE_MAX + 3];
  const char *const new_ssid = given(set_ssid_key, ssid, sizeof ssid);
  const char *const new_passphrase = given(set_passphrase_key, passphrase, sizeof passphrase);
  if (!new_ssid && !new_passphrase) return;
  credentials_set(new_ssid ? new_ssid : own.ssid, new_passphrase ? new_passphrase : own.passphrase);
  memset(passphrase, 0, sizeof passphrase);
  /*
   * Deleted from the service only after it is saved: if power fails in between, it is read again.
   */
  keep();
  if (new_ssid) settings_set(set_ssid_key, NULL, 0);
  if (new_passphrase) settings_set(set_passphrase_key, NULL, 0);
}

void credentials_step(uint64_t now_micros) {
  if (now_micros >= next_look_micros) {
    next_look_micros = now_micros + LOOK_EVERY_MICROS;
    look();
  }
  keep();
}
