#include "credentials.h"

#include <stddef.h>
#include <string.h>

#include "console.h"
#include "settings_store.h"
#include "text_join.h"
#include "wifi.h"
#include "wifi_problem.h"

/* Keys in the store: four keys of the settings service, and this file's own key. */
static const char set_ssid_key[] = ":WIFI_SSID";
static const char set_passphrase_key[] = ":WIFI_PWD";
static const char tried_key[] = ":NEW";
static const char why_key[] = ":WIFI_WHY";
static const char own_key[] = "nl_wifi";

/* How often to check whether the settings service has new credentials. */
enum { LOOK_EVERY_MICROS = 1000000 };
/* Maximum length of the settings on trial: the program writes them in one Jacdac packet. */
enum { TRIED_MAX = 236 };
/* Maximum length of WIFI_WHY: the program adds its own text, and publishes both in its state. */
enum { WHY_MAX = 58 };

static struct {
  char ssid[CREDENTIALS_SSID_MAX + 1];
  char passphrase[CREDENTIALS_PASSPHRASE_MAX + 1];
} own;
static bool is_changed; /* `own` differs from the saved credentials */
static bool is_other;   /* `own` differs from the credentials that Wi-Fi uses */
static bool is_tried;   /* the board started with credentials on trial; they may be saved by now */
static uint64_t next_look_micros;

/* Copies a JSON string. `from` is the character after the opening quote. */
static void unquote(const char *from, char *into, size_t space) {
  for (; *from && *from != '"' && space > 1; space--) {
    if (*from == '\\' && from[1]) from++;
    *into++ = *from++;
  }
  *into = 0;
}

static bool find_text(const char *json, const char *name, char *into, size_t space) {
  /* Inside a JSON string each quote has a backslash before it, so `name` can't match there. */
  const char *const found = strstr(json, name);
  if (found) unquote(found + strlen(name), into, space);
  return found != NULL;
}

/* Replaces the board's own network by the network of the settings on trial, if they name one. */
static bool read_tried(void) {
  char json[TRIED_MAX + 1];
  const int32_t length = settings_get(tried_key, json, TRIED_MAX);
  if (length <= 0 || length > TRIED_MAX) return false;
  json[length] = 0;
  char ssid[sizeof own.ssid] = "", passphrase[sizeof own.passphrase] = "";
  const bool is_there = find_text(json, "\"WIFI_SSID\":\"", ssid, sizeof ssid);
  if (is_there) {
    find_text(json, "\"WIFI_PWD\":\"", passphrase, sizeof passphrase);
    memcpy(own.ssid, ssid, sizeof ssid);
    memcpy(own.passphrase, passphrase, sizeof passphrase);
  }
  return is_there;
}

const char *credentials_ssid(void) { return own.ssid[0] ? own.ssid : NULL; }
const char *credentials_passphrase(void) { return own.passphrase[0] ? own.passphrase : NULL; }

static bool fits(const char *text, size_t max) { return !text || strlen(text) <= max; }

static void copy(char *into, size_t size, const char *text) {
  memset(into, 0, size); /* so that no part of a longer text remains */
  if (text) memcpy(into, text, strlen(text));
}

static bool is_not(const char *is, const char *text) { return strcmp(is, text ? text : "") != 0; }

bool credentials_set(const char *ssid, const char *passphrase) {
  if (!fits(ssid, CREDENTIALS_SSID_MAX) || !fits(passphrase, CREDENTIALS_PASSPHRASE_MAX)) {
    console_line("wifi: name longer than 32 bytes, or passphrase longer than 64", NULL);
    return false;
  }
  if (is_not(own.ssid, ssid) || is_not(own.passphrase, passphrase)) is_other = true;
  if (ssid != own.ssid) copy(own.ssid, sizeof own.ssid, ssid);
  if (passphrase != own.passphrase) copy(own.passphrase, sizeof own.passphrase, passphrase);
  is_changed = true;
  return true;
}

/*
 * Returns a value that was written to the settings service, or null. The tools write settings as
 * JSON, so quotes around a text are removed.
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
  unquote(into + 1, into, space);
  return into;
}

/* Returns whether there was anything to save. */
static bool save(void) {
  if (!is_changed) return false;
  is_changed = false;
  settings_set(own_key, &own, sizeof own);
  return true;
}

static void use(void) {
  /* If the network was on trial and is saved now, Wi-Fi uses it already. */
  if (is_other || !is_tried) wifi_use(credentials_ssid(), credentials_passphrase());
  is_other = false;
}

/* Stores why the network on trial does not work. The program reports the reason if it goes back. */
static void tell_why(void) {
  char why[WHY_MAX + 1] = "", words[WHY_MAX + 3];
  const char *const problem = wifi_problem();
  if (problem) text_join(why, sizeof why, problem, NULL);
  text_join(words, sizeof words, "\"", why, "\"", NULL);
  settings_set(why_key, words, problem ? (uint32_t)strlen(words) : 0);
}

/* Saves new credentials of the settings service. Returns false if there are none. */
static bool take(void) {
  /* Room for quotes, and for a backslash before each character. */
  static char ssid[2 * CREDENTIALS_SSID_MAX + 3], passphrase[2 * CREDENTIALS_PASSPHRASE_MAX + 3];
  const char *const new_ssid = given(set_ssid_key, ssid, sizeof ssid);
  const char *const new_passphrase = given(set_passphrase_key, passphrase, sizeof passphrase);
  if (!new_ssid && !new_passphrase) return false;
  credentials_set(new_ssid ? new_ssid : own.ssid, new_passphrase ? new_passphrase : own.passphrase);
  memset(passphrase, 0, sizeof passphrase);
  /*
   * The credentials are deleted from the settings service only after they are saved. If power fails
   * in between, the next start reads them again.
   */
  const bool is_saved = save();
  if (new_ssid) settings_set(set_ssid_key, NULL, 0);
  if (new_passphrase) settings_set(set_passphrase_key, NULL, 0);
  return is_saved;
}

void credentials_init(void) {
  if (settings_get(own_key, &own, sizeof own) != sizeof own) memset(&own, 0, sizeof own);
  own.ssid[CREDENTIALS_SSID_MAX] = own.passphrase[CREDENTIALS_PASSPHRASE_MAX] = 0;
  is_changed = is_other = false;
  /*
   * A passphrase that still waits belongs to a network that was kept before this trial. After the
   * trial's network is read, it would be saved as the passphrase of that network. A name alone
   * waits if power failed while the program was keeping the trial's network: it will write both.
   */
  if (settings_get(set_passphrase_key, NULL, 0) > 0) take();
  is_tried = read_tried();
  if (is_tried) console_line("wifi: trying another network", NULL);
  else if (settings_get(why_key, NULL, 0) > 0) settings_set(why_key, NULL, 0);
  is_changed = is_other = false;
  next_look_micros = 0;
}

void credentials_step(uint64_t now_micros) {
  bool is_saved = false;
  if (now_micros >= next_look_micros) {
    next_look_micros = now_micros + LOOK_EVERY_MICROS;
    if (is_tried && settings_get(tried_key, NULL, 0) > 0) tell_why();
    is_saved = take();
  }
  if (save() || is_saved) use();
}
