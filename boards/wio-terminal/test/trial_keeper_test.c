/*
 * Tests a program in trial, with restarts and a power cut at each write of flash: the program is
 * confirmed, or the previous program comes back.
 */
#include "trial_keeper.h"

#include "board.h"
#include "check.h"
#include "fake_flash.h"
#include "last_words.h"
#include "panic.h"
#include "program_store.h"
#include "settings_store.h"

enum { HEADER = 128, LENGTH = HEADER + 64, SECOND = 1000000 };

/* Fakes of the parts of the board that the keeper uses. */
static board_reset_kind why;
static const char *words;
static jmp_buf restarted;
static unsigned restarts;
static uint64_t now;

board_reset_kind board_why_reset(void) { return why; }
const char *last_words_reason(void) { return words; }
void board_console_write(const char *text, size_t length) { fwrite(text, 1, length, stdout); }

void panic(const char *reason) {
  printf("panic: %s\n", reason);
  exit(2);
}

void board_reset(void) {
  restarts++;
  longjmp(restarted, 1);
}

static void start_after(board_reset_kind kind, const char *reason) {
  why = kind;
  words = reason;
  settings_store_init();
  program_store_init();
  trial_keeper_start();
  trial_keeper_step(++now);
}

static void power_on(void) { start_after(BOARD_RESET_POWER, NULL); }

/* Deploys a program that consists of one repeated letter. */
static void deploy(char letter) {
  static uint8_t bytes[LENGTH];
  memset(bytes, letter, LENGTH);
  CHECK(trial_keeper_admit());
  CHECK(program_store_begin(LENGTH) != NULL);
  program_store_write(0, bytes, 8);
  program_store_write(HEADER, bytes + HEADER, LENGTH - HEADER);
  program_store_write(8, bytes + 8, HEADER - 8);
}

static char running(void) {
  uint32_t length;
  const uint8_t *const found = program_store_find(&length);
  CHECK(found && length == LENGTH);
  return (char)found[HEADER];
}

static void set_trial(const char *seconds) {
  settings_set(":TRIAL", seconds, (uint32_t)strlen(seconds));
}

static bool has(const char *key) { return settings_get(key, NULL, 0) > 0; }

static bool was_taken_back(const char *reason) {
  char text[120] = "";
  const int32_t length = settings_get(":TAKEN_BACK", text, sizeof text - 1);
  return length == (int32_t)strlen(text) && strcmp(text, reason) == 0;
}

static void pass(unsigned seconds) {
  const uint64_t end = now + seconds * (uint64_t)SECOND;
  if (setjmp(restarted)) {
    start_after(BOARD_RESET_SOFTWARE, NULL);
    return;
  }
  while (now < end) trial_keeper_step(now += SECOND);
}

static const char *limit = "30";

static void update(void) {
  set_trial(limit);
  settings_set("wssk_connstr", "ws", 2);
  deploy('B');
  pass(1);
}

static void panic_twice(void) {
  trial_keeper_panicked(60004);
  trial_keeper_panicked(60014);
  pass(1);
}

static void say_nothing(void) { pass(40); }

static void confirm(void) {
  settings_set(":TRIAL", NULL, 0);
  trial_keeper_saw_setting();
  pass(2);
}

/* Prepares a board that runs program A, which came over USB. */
static void begin(void) {
  memset(fake_flash, 0xff, FAKE_FLASH_SIZE);
  fake_flash_forget();
  power_on();
  deploy('A');
  pass(200);
  CHECK(running() == 'A' && !has(":TAKEN_BACK") && !trial_keeper_taken_back()[0]);
}

static void begin_trial(void) {
  begin();
  update();
  CHECK(running() == 'B' && trial_keeper_is_on());
}

static void check_back(const char *reason) {
  CHECK(running() == 'A' && was_taken_back(reason));
  CHECK(!has(":TRIAL") && !has("nl_trial") && !has("wssk_connstr"));
}

static void check_judgement(void) {
  begin_trial();
  panic_twice();
  check_back("\"panicked twice: 60014\"");
  CHECK(strcmp(trial_keeper_taken_back(), "panicked twice: 60014") == 0);
  CHECK(restarts == 1);

  begin_trial();
  pass(40);
  check_back("\"not confirmed in 30 s\"");

  begin_trial();
  start_after(BOARD_RESET_WATCHDOG, NULL);
  CHECK(running() == 'B');
  start_after(BOARD_RESET_WATCHDOG, NULL);
  check_back("\"reset twice: watchdog\"");

  begin_trial();
  start_after(BOARD_RESET_SOFTWARE, "main stack overflow");
  start_after(BOARD_RESET_SOFTWARE, "fault");
  check_back("\"reset twice: fault\"");

  /* A program that always restarts the board is taken back, too. */
  begin_trial();
  for (unsigned i = 0; i < 2; i++) start_after(BOARD_RESET_SOFTWARE, NULL);
  check_back("\"not confirmed in 30 s\"");
}

/* A power cut does not count against the program, and does not clear earlier counts. */
static void check_power(void) {
  begin_trial();
  for (unsigned i = 0; i < 20; i++) power_on();
  CHECK(running() == 'B' && has(":TRIAL"));
  trial_keeper_panicked(60004);
  power_on();
  trial_keeper_panicked(60005);
  pass(1);
  check_back("\"panicked twice: 60005\"");

  begin_trial();
  for (unsigned i = 0; i < 2; i++) {
    CHECK(running() == 'B');
    pass(16);
    power_on();
  }
  check_back("\"not confirmed in 30 s\"");
}

static void check_confirmed(void) {
  begin_trial();
  confirm();
  CHECK(running() == 'B' && !has("nl_trial"));
  panic_twice();
  for (unsigned i = 0; i < 3; i++) start_after(BOARD_RESET_WATCHDOG, NULL);
  /* The confirmed program requests the next update, which does not come, and continues. */
  set_trial("30");
  panic_twice();
  pass(100);
  CHECK(running() == 'B' && !has(":TAKEN_BACK"));

  /* The program is confirmed and requests the next update at once. */
  begin_trial();
  settings_set(":TRIAL", NULL, 0);
  trial_keeper_saw_setting();
  set_trial("30");
  CHECK(trial_keeper_admit());

  /* The program is confirmed and panics at once. */
  begin_trial();
  settings_set(":TRIAL", NULL, 0);
  panic_twice();
  power_on();
  CHECK(running() == 'B' && !has("nl_trial"));
}

static void check_admission(void) {
  begin_trial();
  CHECK(!trial_keeper_admit());
  CHECK(running() == 'B');
  /* The gateway's client still has an address, so the board restarts first. */
  if (setjmp(restarted) == 0) {
    trial_keeper_drop();
    CHECK(!"it restarted");
  }
  power_on();
  trial_keeper_drop();
  deploy('C');
  pass(100);
  CHECK(running() == 'C' && !has(":TRIAL"));

  /* The program for the trial did not come. Another program comes over USB. */
  begin();
  set_trial("30");
  CHECK(trial_keeper_admit());
  settings_set(":TRIAL", NULL, 0);
  deploy('C');
  panic_twice();
  CHECK(running() == 'C');

  /* A board's first program has no previous program to go back to. */
  memset(fake_flash, 0xff, FAKE_FLASH_SIZE);
  power_on();
  set_trial("30");
  deploy('B');
  panic_twice();
  pass(100);
  CHECK(running() == 'B' && !has(":TAKEN_BACK"));

  /* The previous program is damaged: a bad program is better than none. */
  begin_trial();
  memset(fake_flash + 2 * 8192, 0, 64);
  panic_twice();
  CHECK(running() == 'B' && !has(":TRIAL") && !has(":TAKEN_BACK"));
}

static uint8_t snapshot[FAKE_FLASH_SIZE];

/* Cuts the power at each step of `act`. `act` again then has the same result as without a cut. */
static unsigned check_every_cut(void (*prepare)(void), void (*act)(void), char end) {
  prepare();
  memcpy(snapshot, fake_flash, FAKE_FLASH_SIZE);
  fake_flash_forget();
  act();
  const unsigned steps = fake_flash_steps;
  CHECK(running() == end);
  for (volatile unsigned at = 1; at <= steps; at++) {
    for (volatile unsigned how = 0; how < FAKE_CUTS; how++) {
      memcpy(fake_flash, snapshot, FAKE_FLASH_SIZE);
      fake_flash_forget();
      power_on();
      if (setjmp(fake_flash_power) == 0) {
        fake_flash_cut(at, (fake_cut)how);
        act();
        CHECK(!"power was cut");
      }
      fake_flash_forget();
      power_on();
      const char now_runs = running();
      CHECK(now_runs == 'A' || now_runs == 'B');
      /*
       * If program B runs, either both records of the trial are there, or the trial is over and
       * both are gone.
       */
      if (now_runs == 'B') CHECK(has("nl_trial") == has(":TRIAL"));
      if (now_runs != end) act();
      pass(100);
      power_on();
      /* If the program does not confirm itself, it is taken back in the end. */
      if (end == 'A') CHECK(has(":TAKEN_BACK") && !has(":TRIAL"));
      if (running() != end) CHECK(end == 'B' && was_taken_back("\"not confirmed in 30 s\""));
      CHECK(!has("nl_trial") && (running() == 'B' || !has("wssk_connstr")));
    }
  }
  return steps * FAKE_CUTS;
}

int main(void) {
  srand(3);
  check_judgement();
  check_power();
  check_confirmed();
  check_admission();
  unsigned cuts = check_every_cut(begin_trial, panic_twice, 'A');
  limit = "31"; /* the trial ends between two saves */
  cuts += check_every_cut(begin_trial, say_nothing, 'A');
  limit = "30";
  cuts += check_every_cut(begin_trial, confirm, 'B');
  cuts += check_every_cut(begin, update, 'B');
  printf("%u cuts\n", cuts);
  return all_checked();
}
