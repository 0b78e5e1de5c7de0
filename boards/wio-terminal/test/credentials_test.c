/*
 * Tests the trial of another Wi-Fi network, which is kept or given up, with a power cut at each
 * write of flash: the board is in its own network or in the new one, never without its password.
 */
#include "credentials.h"

#include <stdbool.h>

#include "check.h"
#include "fake_flash.h"
#include "settings_store.h"
#include "wifi.h"
#include "wifi_problem.h"

typedef struct {
  const char *ssid, *passphrase; /* a null pointer for an open network */
} network;

static const network home = {"home", "good night"};
static const network others[] = {
    {"shed", "12345678"},
    {"open", NULL},
    {"a \"b\" \\c", "\\\"WIFI_SSID\":\"x"},
    {"\xc3\xbc, and thirty bytes after that",
     "63 letters, or nearly so, ................................."},
};
enum { OTHERS = sizeof others / sizeof *others };

static unsigned uses; /* how often wifi_use was called */
static uint64_t now;

void wifi_use(const char *ssid, const char *passphrase) {
  (void)ssid, (void)passphrase;
  uses++;
}

static bool equal(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static bool is_in(const network *it) {
  return equal(credentials_ssid(), it->ssid) && equal(credentials_passphrase(), it->passphrase);
}

static void put(const char *key, const char *value) {
  CHECK(settings_store_put(key, (const uint8_t *)value, (uint32_t)strlen(value)) ==
        SETTINGS_STORED);
}

/* The JSON of a text: in quotes, with a backslash before each quote and backslash. */
static const char *json(const char *text) {
  static char out[160];
  char *to = out;
  *to++ = '"';
  for (; text && *text; text++) {
    if (*text == '"' || *text == '\\') *to++ = '\\';
    *to++ = *text;
  }
  strcpy(to, "\"");
  return out;
}

static void step(void) { credentials_step(now += 1000000); }

static void start(void) {
  settings_store_init();
  credentials_init();
  step();
}

/*
 * Writes the settings on trial as src/new-settings.ts does. `s` is 0 if the program is to keep
 * them.
 */
static void write_tried(const network *it, int s) {
  char text[237];
  int length = snprintf(text, sizeof text, "{\"n\":7,\"MQTT_PWD\":\"\\\"WIFI_PWD\\\":\\\"no\",");
  length +=
      snprintf(text + length, sizeof text - (size_t)length, "\"WIFI_SSID\":%s,", json(it->ssid));
  length += snprintf(text + length, sizeof text - (size_t)length, "\"WIFI_PWD\":%s,\"s\":%d}",
                     json(it->passphrase), s);
  CHECK(length < (int)sizeof text);
  put(":NEW", text);
}

/* The runtime may read the settings between two writes of the program, or only after all writes. */
static void maybe_step(bool looks) {
  if (looks) step();
}

static void keep(const network *it, bool looks) {
  write_tried(it, 0);
  maybe_step(looks);
  put(":WIFI_SSID", json(it->ssid));
  maybe_step(looks);
  put(":WIFI_PWD", json(it->passphrase));
  maybe_step(looks);
  put(":NEW", "");
  step();
}

static bool is_there(const char *key) { return settings_get(key, NULL, 0) > 0; }

static void fresh(void) {
  memset(fake_flash, 0xff, FAKE_FLASH_SIZE);
  fake_flash_forget();
  start();
  credentials_set(home.ssid, home.passphrase);
  step();
}

static void check_tries(const network *it) {
  fresh();
  write_tried(it, 120);
  step();
  CHECK(is_in(&home)); /* the board tries the network only after its next start */
  start();
  CHECK(is_in(it));
  start();
  CHECK(is_in(it)); /* after a power cut, the network is tried once more */
  put(":NEW", "");
  start();
  CHECK(is_in(&home));
}

static void check_keeps(const network *it, bool looks) {
  fresh();
  write_tried(it, 120);
  start();
  uses = 0;
  keep(it, looks);
  CHECK(uses == 0); /* the board is in that network already, so the connection stays */
  CHECK(is_in(it) && !is_there(":WIFI_SSID") && !is_there(":WIFI_PWD"));
  start();
  CHECK(is_in(it));
}

static unsigned old_after, new_after;

/* Cuts the power at one of the writes that try and keep a network. Then the program continues. */
static bool check_cut(const network *it, bool looks, volatile unsigned at, fake_cut how) {
  fresh();
  fake_flash_forget();
  volatile bool is_cut = true;
  if (setjmp(fake_flash_power) == 0) {
    fake_flash_cut(at, how);
    write_tried(it, 120);
    start();
    keep(it, looks);
    is_cut = false;
  }
  fake_flash_forget();
  start();
  CHECK(is_in(&home) || is_in(it));
  /* The program's reaction: if s is 0, it keeps the network, else it gives the network up. */
  char text[237] = "";
  settings_get(":NEW", text, sizeof text - 1);
  if (strstr(text, "\"s\":0}")) keep(it, !looks);
  else if (text[0]) put(":NEW", "");
  start();
  const bool is_new = is_in(it);
  CHECK(is_new || is_in(&home));
  CHECK(!is_there(":NEW") && !is_there(":WIFI_SSID") && !is_there(":WIFI_PWD"));
  if (is_new) new_after++;
  else old_after++;
  return is_cut;
}

/*
 * Tries network `b` while the runtime has not yet taken over network `a`, which was kept just
 * before. The power is cut at one of the writes.
 */
static bool check_second_trial(const network *a, const network *b, unsigned at, fake_cut how) {
  fresh();
  fake_flash_forget();
  write_tried(a, 0);
  start();
  put(":WIFI_SSID", json(a->ssid));
  put(":WIFI_PWD", json(a->passphrase));
  put(":NEW", "");
  volatile bool is_cut = true;
  if (setjmp(fake_flash_power) == 0) {
    fake_flash_cut(at, how);
    write_tried(b, 120);
    step();
    start();
    CHECK(is_in(b));
    is_cut = false;
  }
  fake_flash_forget();
  start();
  CHECK(is_in(is_there(":NEW") ? b : a));
  put(":NEW", "");
  start();
  CHECK(is_in(a) && !is_there(":WIFI_SSID") && !is_there(":WIFI_PWD"));
  return is_cut;
}

static bool why_is(const char *words) {
  char text[100] = "";
  settings_get(":WIFI_WHY", text, sizeof text - 1);
  return strcmp(text, words) == 0;
}

static void check_words(void) {
  fresh();
  wifi_problem_is("network lost", NULL);
  step();
  CHECK(why_is("")); /* without a trial, the reason is not written to flash */
  write_tried(&others[0], 120);
  start();
  CHECK(why_is("\"network lost\""));
  wifi_problem_is_solved();
  step();
  CHECK(why_is(""));
  wifi_problem_is("a problem in so many words that they do not fit into a state", NULL);
  step();
  CHECK(why_is("\"a problem in so many words that they do not fit into a sta\""));
  keep(&others[0], true);
  start();
  CHECK(why_is(""));
  wifi_problem_is_solved();
}

/* Other settings are on trial, or the setting NEW has unexpected contents. */
static void check_no_network(void) {
  static const char *const texts[] = {
      "{\"n\":7,\"s\":120,\"BROKER\":\"mqtt://lamp:1883\"}",
      "{\"n\":7,\"MQTT_PWD\":\"\\\"WIFI_SSID\\\":\\\"x\\\"\",\"s\":120}",
      "\"WIFI_SSID\"",
      "7",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    fresh();
    put(":NEW", texts[i]);
    start();
    CHECK(is_in(&home));
  }
  fresh();
  put(":NEW", "{\"WIFI_SSID\":\"cut off");
  start();
  CHECK(equal(credentials_ssid(), "cut off"));
  put(":NEW", "{\"WIFI_SSID\":\"a name of more than thirty-two bytes, from nobody of ours\"}");
  start();
  CHECK(strlen(credentials_ssid()) == CREDENTIALS_SSID_MAX);
}

int main(void) {
  srand(1);
  for (unsigned i = 0; i < OTHERS; i++) {
    check_tries(&others[i]);
    for (unsigned looks = 0; looks < 2; looks++) {
      check_keeps(&others[i], looks);
      for (unsigned how = 0; how < FAKE_CUTS; how++) {
        unsigned at = 1;
        while (check_cut(&others[i], looks, at, (fake_cut)how)) at++;
        CHECK(at > 20);
      }
    }
    for (unsigned how = 0; how < FAKE_CUTS; how++) {
      unsigned at = 1;
      while (check_second_trial(&others[i], &others[(i + 1) % OTHERS], at, (fake_cut)how)) at++;
      CHECK(at > 8);
    }
  }
  check_words();
  check_no_network();
  printf("%u in the old network, %u in the new one\n", old_after, new_after);
  CHECK(old_after > 50 && new_after > 50);
  return all_checked();
}
