/*
 * Tests that a program from the network is accepted only if it is signed, and that the previous
 * program runs after a refusal.
 */
#include "program_gate.h"

#include "board.h"
#include "check.h"
#include "fake_flash.h"
#include "gateway.h"
#include "last_words.h"
#include "package.h"
#include "panic.h"
#include "program_store.h"
#include "settings_store.h"
#include "trial_keeper.h"

enum { HEADER = PROGRAM_STORE_HEADER, LENGTH = 2, SECOND = 1000000 };

/* RFC 8032, section 7.1: test 3, whose two bytes are the program, and the key of test 2. */
static const uint8_t signer[] = {0xfc, 0x51, 0xcd, 0x8e, 0x62, 0x18, 0xa1, 0xa3, 0x8d, 0xa4, 0x7e,
                                 0xd0, 0x02, 0x30, 0xf0, 0x58, 0x08, 0x16, 0xed, 0x13, 0xba, 0x33,
                                 0x03, 0xac, 0x5d, 0xeb, 0x91, 0x15, 0x48, 0x90, 0x80, 0x25};
static const uint8_t other_signer[] = {
    0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc,
    0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c};
static const char signature[] =
    "\"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a\"";
static const uint8_t new_program[LENGTH] = {0xaf, 0x82}, old_program[LENGTH] = {'A', 'A'};

static const uint8_t *key;
static jmp_buf restarted;
static uint64_t now;

const uint8_t *package_signer(void) { return key; }
board_reset_kind board_why_reset(void) { return BOARD_RESET_SOFTWARE; }
const char *last_words_reason(void) { return NULL; }
uint64_t board_micros(void) { return now; }
void board_console_write(const char *text, size_t length) { fwrite(text, 1, length, stdout); }
void board_reset(void) { longjmp(restarted, 1); }

void panic(const char *reason) {
  printf("panic: %s\n", reason);
  exit(2);
}

static void power_on(void) {
  now += 60 * SECOND;
  settings_store_init();
  program_store_init();
  trial_keeper_start();
}

/* Deploys as the virtual machine does (vm_store.c). Returns false if the board was restarted. */
static bool deploy(const uint8_t *program, uint32_t length) {
  if (setjmp(restarted)) {
    power_on();
    return false;
  }
  uint8_t header[HEADER] = {0};
  CHECK(trial_keeper_admit());
  program_gate_begin(length);
  CHECK(program_store_begin(HEADER + length) != NULL);
  uint32_t filled;
  if (length > 0) {
    program_store_write(0, header, 8);
    CHECK(!program_store_filled(&filled));
    program_store_write(HEADER, program, length);
    const uint8_t *const found = program_store_filled(&filled);
    CHECK(found && filled == length);
    program_gate_end(found, filled);
    program_store_write(8, header + 8, HEADER - 8);
  }
  CHECK(!program_store_filled(&filled));
  return true;
}

static bool runs(const uint8_t *program) {
  uint32_t length;
  const uint8_t *const found = program_store_find(&length);
  CHECK(found && length == HEADER + LENGTH);
  return memcmp(found + HEADER, program, LENGTH) == 0;
}

static void set(const char *name, const char *value) {
  settings_set(name, value, (uint32_t)strlen(value));
}

static void set_address(const char *value) {
  gateway_saw_setting("wssk_connstr", (uint32_t)strlen(value), now);
  set("wssk_connstr", value);
}

/* Prepares a board that runs an unsigned program from USB and is about to receive another. */
static void begin(const char *with_signature) {
  memset(fake_flash, 0xff, FAKE_FLASH_SIZE);
  fake_flash_forget();
  power_on();
  key = signer;
  CHECK(deploy(old_program, LENGTH) && runs(old_program));
  if (with_signature) set(":SIGNATURE", with_signature);
  set(":TRIAL", "30");
  set_address("ws");
}

static bool is_gone(const char *name) { return settings_get(name, NULL, 0) < 0; }

static void refuses(const uint8_t *program, uint32_t length, const char *why) {
  CHECK(!deploy(program, length));
  CHECK(runs(old_program));
  CHECK(strcmp(trial_keeper_taken_back(), why) == 0);
  CHECK(is_gone(":TRIAL") && is_gone("wssk_connstr") && is_gone("nl_trial"));
}

#define UNSIGNED "not started, as it is not signed"
#define ALTERED "not started, as it was altered or signed with another key"

static void check_signatures(void) {
  begin(signature);
  CHECK(deploy(new_program, LENGTH) && runs(new_program) && trial_keeper_is_on());

  begin(NULL);
  refuses(new_program, LENGTH, UNSIGNED);
  begin("\"\"");
  refuses(new_program, LENGTH, UNSIGNED);
  char text[sizeof signature];
  static const char no_digits[] = {'g', 'A', 0};
  for (unsigned i = 0; i < sizeof no_digits; i++) {
    memcpy(text, signature, sizeof text);
    text[128] = no_digits[i];
    begin(NULL);
    settings_set(":SIGNATURE", text, sizeof text - 1);
    refuses(new_program, LENGTH, UNSIGNED);
  }

  memcpy(text, signature, sizeof text);
  text[1]++;
  begin(text);
  refuses(new_program, LENGTH, ALTERED);
  static const uint8_t flipped[] = {0xaf, 0x83};
  begin(signature);
  refuses(flipped, LENGTH, ALTERED);
  begin(signature);
  refuses(new_program, 1, ALTERED);
  begin(signature);
  key = other_signer;
  refuses(new_program, LENGTH, ALTERED);

  begin(signature);
  key = NULL;
  refuses(new_program, LENGTH,
          "not started, as this board has no key to check it: npm run flash:wio");
  begin(signature);
  refuses(new_program, 0, "not started, as it is empty");
}

/* A program comes from the network if the client has an address, or had one a moment ago. */
static void check_origin(void) {
  begin(NULL);
  set_address("");
  now += SECOND;
  set_address("");
  refuses(new_program, LENGTH, UNSIGNED);

  begin(NULL);
  set_address("");
  now += 3 * SECOND;
  CHECK(deploy(new_program, LENGTH) && runs(new_program));

  /*
   * A package brings its own program, which needs no signature, while the client still has an
   * address.
   */
  begin(NULL);
  if (setjmp(restarted) == 0) {
    trial_keeper_drop();
    CHECK(!"the client still knows the address");
  }
  power_on();
  trial_keeper_drop();
  CHECK(deploy(new_program, LENGTH) && runs(new_program) && !trial_keeper_is_on());
}

/* Cuts the power at each step of a refusal: the old program runs, and the new one never does. */
static unsigned check_every_cut(void) {
  begin(NULL);
  fake_flash_forget();
  deploy(new_program, LENGTH);
  const unsigned steps = fake_flash_steps;
  for (volatile unsigned at = 1; at <= steps; at++) {
    for (volatile unsigned how = 0; how < FAKE_CUTS; how++) {
      begin(NULL);
      fake_flash_forget();
      if (setjmp(fake_flash_power) == 0) {
        fake_flash_cut(at, (fake_cut)how);
        deploy(new_program, LENGTH);
        CHECK(!"power was cut");
      }
      fake_flash_forget();
      power_on();
      CHECK(runs(old_program) && !trial_keeper_is_on());
    }
  }
  return steps * FAKE_CUTS;
}

int main(void) {
  check_signatures();
  check_origin();
  printf("%u cuts\n", check_every_cut());
  return all_checked();
}
