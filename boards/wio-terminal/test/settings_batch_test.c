/* Tests settings that change together: after a power cut at any step, all are old or all are new.
 */
#include "settings_batch.h"

#include <stdbool.h>

#include "check.h"
#include "fake_flash.h"
#include "settings_store.h"

enum { SETTINGS = 4, ROUNDS = 40, VALUE_SPACE = 120 };

static const char *const names[SETTINGS] = {"ID", "BROKER", "MQTT_USER", "WIFI_PWD"};
static const char all_names[] = "ID BROKER MQTT_USER WIFI_PWD";

/* The values of all settings. An empty value means that the setting does not exist. */
typedef struct {
  char of[SETTINGS][VALUE_SPACE];
} values;

static uint8_t snapshot[FAKE_FLASH_SIZE];

static const char *key_of(const char *prefix, const char *name) {
  static char key[SETTINGS_KEY_MAX + 1];
  snprintf(key, sizeof key, "%s%s", prefix, name);
  return key;
}

static void start(void) {
  fake_flash_forget();
  settings_store_init();
  settings_batch_finish();
}

static void write(const char *key, const char *value) {
  CHECK(settings_store_put(key, (const uint8_t *)value, (uint32_t)strlen(value)) ==
        SETTINGS_STORED);
}

static void confirm(void) {
  write(SETTINGS_BATCH_KEY, all_names);
  settings_batch_finish();
}

/* Changes the settings as the computer does (runtime/settings_batch.h). */
static void change(const values *next) {
  write(":-", all_names);
  for (unsigned i = 0; i < SETTINGS; i++) {
    write(key_of(":+", names[i]), next->of[i][0] ? next->of[i] : "null");
  }
  confirm();
}

static bool holds(const char *key, const char *value) {
  char text[VALUE_SPACE] = "";
  settings_get(key, text, sizeof text - 1);
  return strcmp(text, value) == 0;
}

static bool all_hold(const values *wanted) {
  for (unsigned i = 0; i < SETTINGS; i++) {
    if (!holds(key_of(":", names[i]), wanted->of[i])) return false;
  }
  return true;
}

static void check_nothing_is_left(void) {
  CHECK(holds(":+", "") && holds(":-", ""));
  for (unsigned i = 0; i < SETTINGS; i++) CHECK(holds(key_of(":+", names[i]), ""));
  CHECK(holds(":OTHER", "untouched"));
}

static values some_values(void) {
  values it = {0};
  for (unsigned i = 0; i < SETTINGS; i++) {
    const unsigned length = rand() % 4 == 0 ? 0 : (unsigned)rand() % (VALUE_SPACE - 1);
    for (unsigned at = 0; at < length; at++) it.of[i][at] = (char)('a' + rand() % 26);
  }
  return it;
}

static unsigned kept_old, kept_new, moves;

static void check_cut(const values *old, const values *next, volatile unsigned at, fake_cut how) {
  memcpy(fake_flash, snapshot, FAKE_FLASH_SIZE);
  start();
  if (setjmp(fake_flash_power) == 0) {
    fake_flash_cut(at, how);
    change(next);
    CHECK(!"power was cut");
  }
  /* A second power cut may come while the board finishes. */
  if (setjmp(fake_flash_power) == 0) {
    fake_flash_forget();
    settings_store_init();
    fake_flash_cut(1 + (unsigned)rand() % 20, (fake_cut)(rand() % FAKE_CUTS));
    settings_batch_finish();
  }
  start();
  const bool is_new = all_hold(next);
  CHECK(is_new || all_hold(old));
  if (is_new) kept_new++;
  else kept_old++;
  check_nothing_is_left();
}

static void check_every_cut(void) {
  values old = {0};
  for (unsigned round = 0; round < ROUNDS; round++) {
    const values next = some_values();
    memcpy(snapshot, fake_flash, FAKE_FLASH_SIZE);
    start();
    change(&next);
    CHECK(all_hold(&next));
    check_nothing_is_left();
    const unsigned steps = fake_flash_steps;
    static uint8_t after[FAKE_FLASH_SIZE];
    memcpy(after, fake_flash, FAKE_FLASH_SIZE);
    /* The computer got no answer to "+", and sends it again. */
    confirm();
    CHECK(all_hold(&next));
    check_nothing_is_left();
    /* If the head of the first block changed, all settings were moved to another block. */
    if (memcmp(snapshot, after, 16) != 0) moves++;
    for (unsigned at = 1; at <= steps; at++) check_cut(&old, &next, at, (fake_cut)(at % FAKE_CUTS));
    memcpy(fake_flash, after, FAKE_FLASH_SIZE);
    old = next;
  }
}

static int put(const char *key, const char *value, uint32_t length) {
  return settings_store_put(key, (const uint8_t *)value, length);
}

/* Writes a value while other values take all the space, so that it is not stored. */
static void write_without_space(const char *key, const char *value) {
  static const char other[SETTINGS_VALUE_MAX];
  memcpy(snapshot, fake_flash, FAKE_FLASH_SIZE);
  const char *const fillers[] = {":FILL1", ":FILL2"};
  for (unsigned i = 0; i < 2; i++) {
    uint32_t length = SETTINGS_VALUE_MAX;
    while (put(fillers[i], other, length) != SETTINGS_STORED) length--;
  }
  CHECK(put(key, value, (uint32_t)strlen(value)) == SETTINGS_NO_SPACE);
  memcpy(fake_flash, snapshot, FAKE_FLASH_SIZE);
  fake_flash_forget();
  settings_store_init();
}

/* A value that was not stored for lack of space does not remove its setting. */
static void check_no_space(void) {
  const values old = {{"one", "mqtt://two", "three", "four"}};
  const values next = {{"five", "mqtt://six", "seven", "eight"}};
  for (unsigned missing = 0; missing < SETTINGS; missing++) {
    change(&old);
    write(":-", all_names);
    for (unsigned i = 0; i < SETTINGS; i++) {
      if (i == missing) write_without_space(key_of(":+", names[i]), next.of[i]);
      else write(key_of(":+", names[i]), next.of[i]);
    }
    confirm();
    CHECK(all_hold(&old));
    /* The remaining "-" tells the computer of the failure. */
    CHECK(holds(SETTINGS_BATCH_KEY, "") && holds(":-", all_names));
    start();
    CHECK(all_hold(&old));
    check_nothing_is_left();
  }
  change(&(values){0});
}

/* Data from the line is untrusted input. */
static void check_invalid_names(void) {
  char long_list[200];
  memset(long_list, 'x', sizeof long_list - 1);
  long_list[sizeof long_list - 1] = 0;
  const char *const lists[] = {" ", "  ID  ", "A_NAME_THAT_IS_TOO_LONG", long_list, "+", "-"};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    write(":-", lists[i]);
    write(SETTINGS_BATCH_KEY, lists[i]);
    settings_batch_finish();
    CHECK(holds(":OTHER", "untouched"));
  }
  write(":-", "");
  write(SETTINGS_BATCH_KEY, "");
}

int main(void) {
  srand(1);
  memset(fake_flash, 0xff, FAKE_FLASH_SIZE);
  start();
  write(":OTHER", "untouched");
  check_invalid_names();
  check_no_space();
  check_every_cut();
  printf("%u old, %u new, %u moves\n", kept_old, kept_new, moves);
  CHECK(kept_old > 300 && kept_new > 300 && moves >= 2);
  return all_checked();
}
