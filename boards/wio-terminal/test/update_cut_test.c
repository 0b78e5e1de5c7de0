/*
 * Tests an update over the network with power cuts at packets and at writes of flash.
 * `update_cut_test` tries one in 40 of both, `update_cut_test N` another selection, and
 * `update_cut_test all` tries all.
 */
#include "board.h"
#include "check.h"
#include "fake_flash.h"
#include "gateway.h"
#include "last_words.h"
#include "package.h"
#include "panic.h"
#include "program_gate.h"
#include "program_store.h"
#include "settings_store.h"
#include "trial_keeper.h"

enum { HEADER = PROGRAM_STORE_HEADER, LENGTH = 8192, PACKET = 224, SECOND = 1000000 };
enum { SAMPLE = 40 };

/* RFC 8032, section 7.1: the key of test 1. The signature of new_program is made by Node's OpenSSL.
 */
static const uint8_t signer[] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
                                 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
                                 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
static const char signature[] =
    "\"4a2bbc0e3c9bd189a7c4310fdcec877f2992419d1dc435c282260428e45dba1f"
    "8681292901beb593ea889c210c72e63d341f8a03aa1f28e6c7f1769cc240540c\"";
static uint8_t old_program[LENGTH], new_program[LENGTH];
static const char device_key[] = "\"0123456789abcdef0123456789abcdef\"";

static uint64_t now;
static unsigned packets, packets_left;

const uint8_t *package_signer(void) { return signer; }
board_reset_kind board_why_reset(void) { return BOARD_RESET_POWER; }
const char *last_words_reason(void) { return NULL; }
uint64_t board_micros(void) { return now; }
/* Discards the log, because the keeper would log thousands of lines. */
void board_console_write(const char *text, size_t length) { (void)text, (void)length; }
void board_reset(void) { CHECK(!"reset"); }

void panic(const char *reason) {
  printf("panic: %s\n", reason);
  exit(2);
}

static void power_on(void) {
  now += 60 * (uint64_t)SECOND;
  settings_store_init();
  program_store_init();
  trial_keeper_start();
}

static void set(const char *key, const char *value) {
  settings_set(key, value, (uint32_t)strlen(value));
}

static bool has(const char *key) { return settings_get(key, NULL, 0) > 0; }

static bool runs(const uint8_t *program) {
  uint32_t length;
  const uint8_t *const found = program_store_find(&length);
  return found && length == HEADER + LENGTH && memcmp(found + HEADER, program, LENGTH) == 0;
}

static void packet_came(void) {
  packets++;
  if (packets_left > 0 && --packets_left == 0) longjmp(fake_flash_power, 1);
}

/* Deploys as the virtual machine does (vm_store.c, and DeviceScript's devsmgr.c). */
static void deploy(const uint8_t *program) {
  const uint8_t header[HEADER] = {1};
  uint32_t filled;
  CHECK(trial_keeper_admit());
  program_gate_begin(LENGTH);
  CHECK(program_store_begin(HEADER + LENGTH) != NULL);
  program_store_write(0, header, 8);
  packet_came();
  for (uint32_t at = 0; at < LENGTH; at += PACKET) {
    const uint32_t length = LENGTH - at < PACKET ? LENGTH - at : PACKET;
    program_store_write(HEADER + at, program + at, length);
    packet_came();
  }
  const uint8_t *const found = program_store_filled(&filled);
  CHECK(found && filled == LENGTH);
  program_gate_end(found, filled);
  program_store_write(8, header + 8, HEADER - 8);
  packet_came();
}

/* Stores the settings of an update order as src/update.ts does, before the gateway's client runs.
 */
static void order(void) {
  set(":UPDATE_N", "1795913120");
  set(":SIGNATURE", signature);
  set(":TRIAL", "120");
  set(":GATEWAY", "\"ws://192.168.1.20:8080/wssk/desk-1\"");
  set("wssk_connstr", "ws://wssk:0123456789abcdef0123456789abcdef@192.168.1.20:8080/wssk/desk-1");
}

/* The new program removes the address and confirms itself. */
static void confirm(void) {
  settings_set("wssk_connstr", NULL, 0);
  trial_keeper_step(now += SECOND);
  settings_set(":TRIAL", NULL, 0);
  trial_keeper_saw_setting();
  for (unsigned second = 0; second < 3; second++) trial_keeper_step(now += SECOND);
}

static void update(void) {
  if (!runs(new_program)) {
    order();
    deploy(new_program);
  }
  confirm();
}

static uint8_t snapshot[FAKE_FLASH_SIZE];

static void check_cut(unsigned packet, unsigned step, fake_cut how) {
  memcpy(fake_flash, snapshot, FAKE_FLASH_SIZE);
  fake_flash_forget();
  power_on();
  packets_left = packet;
  if (setjmp(fake_flash_power) == 0) {
    if (step > 0) fake_flash_cut(step, how);
    update();
    CHECK(!"power was cut");
  }
  packets_left = 0;
  fake_flash_forget();
  power_on();
  CHECK(runs(old_program) || runs(new_program));
  char key[sizeof device_key] = "";
  CHECK(settings_get(":UPDATE_KEY", key, sizeof key - 1) == (int32_t)strlen(device_key));
  CHECK(strcmp(key, device_key) == 0);
  /* The server sends the update again, because the old program has removed the order's settings. */
  update();
  power_on();
  CHECK(runs(new_program) && !has(":TRIAL") && !has("nl_trial") && !has(":TAKEN_BACK"));
}

int main(int count, char **arguments) {
  const char *const which = count > 1 ? arguments[1] : "1";
  const bool is_all = strcmp(which, "all") == 0;
  const unsigned seed = (unsigned)strtoul(which, NULL, 10);
  srand(is_all ? 1 : seed);
  for (unsigned i = 0; i < LENGTH; i++) {
    old_program[i] = (uint8_t)(i * 5);
    new_program[i] = (uint8_t)(i * 7 + (i >> 8) * 13 + 1);
  }
  memset(fake_flash, 0xff, FAKE_FLASH_SIZE);
  power_on();
  deploy(old_program);
  set(":UPDATE_KEY", device_key);
  CHECK(runs(old_program));
  memcpy(snapshot, fake_flash, FAKE_FLASH_SIZE);
  fake_flash_forget();
  packets = 0;
  update();
  const unsigned steps = fake_flash_steps, all_packets = packets;
  CHECK(runs(new_program) && steps > LENGTH / 16 && all_packets > LENGTH / PACKET);

  unsigned cuts = 0;
  const unsigned every = is_all ? 1 : SAMPLE;
  for (unsigned packet = 1 + (is_all ? 0 : seed % every); packet <= all_packets;
       packet += every, cuts++)
    check_cut(packet, 0, FAKE_CUT_AFTER);
  for (unsigned step = 1 + (is_all ? 0 : seed % every); step <= steps; step += every) {
    for (unsigned how = 0; how < FAKE_CUTS; how++, cuts++) check_cut(0, step, (fake_cut)how);
  }
  printf("%u cuts, of %u packets and %u writes\n", cuts, all_packets, steps);
  return all_checked();
}
