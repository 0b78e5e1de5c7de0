/* Tests power cuts at each step of storing a setting: its new value is stored completely or not. */
#include "settings_store.h"

#include <stdbool.h>

#include "check.h"
#include "crc32.h"
#include "fake_flash.h"

enum { KEYS = 9, ROUNDS = 100, VALUE_SPACE = 400 };

typedef struct {
  bool there;
  uint32_t length;
  uint8_t bytes[VALUE_SPACE];
} value;

static value expected[KEYS];
static uint8_t snapshot[FAKE_FLASH_SIZE];

static const char *key_of(unsigned key) {
  static char text[SETTINGS_KEY_MAX + 1];
  snprintf(text, sizeof text, "SETTING_NAME_%u", key);
  return text;
}

static bool is_stored(unsigned key, const value *wanted) {
  uint32_t length = 0;
  const uint8_t *const found = settings_store_find(key_of(key), &length);
  if (!wanted->there) return found == NULL;
  return found && length == wanted->length && memcmp(found, wanted->bytes, length) == 0;
}

static void check_others(unsigned changed) {
  for (unsigned key = 0; key < KEYS; key++) CHECK(key == changed || is_stored(key, &expected[key]));
}

static int put(unsigned key, const value *it) {
  return settings_store_put(key_of(key), it->bytes, it->length);
}

static value some_value(void) {
  value it = {.there = true, .length = (uint32_t)rand() % VALUE_SPACE};
  for (uint32_t i = 0; i < it.length; i++) it.bytes[i] = (uint8_t)rand();
  return it;
}

static void power_up_from_snapshot(void) {
  memcpy(fake_flash, snapshot, FAKE_FLASH_SIZE);
  fake_flash_forget();
  settings_store_init();
}

/* Cuts the power at a step of storing a value, and powers up again. */
static void check_cut(unsigned key, const value *next, volatile unsigned at, fake_cut how) {
  power_up_from_snapshot();
  if (setjmp(fake_flash_power) == 0) {
    fake_flash_cut(at, how);
    put(key, next);
    CHECK(!"power was cut");
  }
  fake_flash_forget();
  settings_store_init();
  check_others(key);
  CHECK(is_stored(key, &expected[key]) || is_stored(key, next));
  /* The store accepts further values. */
  CHECK(put(key, next) == SETTINGS_STORED);
  settings_store_init();
  check_others(key);
  CHECK(is_stored(key, next));
}

static unsigned cuts, copies;

static void check_every_cut(void) {
  for (unsigned round = 0; round < ROUNDS; round++) {
    const unsigned key = (unsigned)rand() % KEYS;
    const value next = some_value();
    memcpy(snapshot, fake_flash, FAKE_FLASH_SIZE);
    power_up_from_snapshot();
    CHECK(put(key, &next) == SETTINGS_STORED);
    const unsigned steps = fake_flash_steps;
    if (steps > 100) copies++; /* a value alone takes fewer steps */
    for (unsigned at = 1; at <= steps; at++) {
      for (unsigned how = 0; how < FAKE_CUTS; how++, cuts++)
        check_cut(key, &next, at, (fake_cut)how);
    }
    /* Some rounds continue from the state that a cut left behind, which begins a new block. */
    if (round % 64 != 0) {
      power_up_from_snapshot();
      CHECK(put(key, &next) == SETTINGS_STORED);
    }
    expected[key] = next;
  }
}

static void check_limits(void) {
  static const uint8_t bytes[SETTINGS_VALUE_MAX + 1];
  CHECK(settings_store_put("", bytes, 1) == SETTINGS_BAD_KEY);
  CHECK(settings_store_put("SIXTEEN_LETTERS_", bytes, 1) == SETTINGS_BAD_KEY);
  CHECK(settings_store_put("FIFTEEN_LETTERS", bytes, 1) == SETTINGS_STORED);
  CHECK(settings_store_put("LONG", bytes, SETTINGS_VALUE_MAX + 1) == SETTINGS_TOO_LONG);
  CHECK(settings_store_put("LONG", bytes, SETTINGS_VALUE_MAX) == SETTINGS_STORED);
  fake_flash_forget();
  CHECK(settings_store_put("TOO MUCH", bytes, SETTINGS_VALUE_MAX) == SETTINGS_NO_SPACE);
  CHECK(fake_flash_steps == 0);
  uint32_t length;
  CHECK(settings_store_find("TOO MUCH", &length) == NULL);
  CHECK(settings_store_find("LONG", &length) != NULL && length == SETTINGS_VALUE_MAX);
  /* Storing the same value again writes nothing; storing another value does. */
  fake_flash_forget();
  CHECK(settings_store_put("LONG", bytes, SETTINGS_VALUE_MAX) == SETTINGS_STORED);
  CHECK(fake_flash_steps == 0);
  CHECK(settings_store_put("LONG", bytes, 0) == SETTINGS_STORED);
  CHECK(fake_flash_steps > 0);
  CHECK(settings_store_find("LONG", &length) != NULL && length == 0);
}

int main(void) {
  CHECK(crc32(0, "123456789", 9) == 0xcbf43926u); /* the check value of the CRC catalogue */
  srand(1);
  for (size_t i = 0; i < FAKE_FLASH_SIZE; i++) fake_flash[i] = (uint8_t)rand();
  settings_store_init();
  memset(fake_flash, 0xff, FAKE_FLASH_SIZE);
  settings_store_init();
  check_limits();
  CHECK(settings_store_put("FIFTEEN_LETTERS", NULL, 0) == SETTINGS_STORED);
  check_every_cut();
  printf("%u cuts, %u blocks copied\n", cuts, copies);
  CHECK(cuts > 4000 && copies >= 2);
  return all_checked();
}
