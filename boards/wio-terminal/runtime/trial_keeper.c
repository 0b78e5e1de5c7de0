#include "trial_keeper.h"

#include <stddef.h>
#include <string.h>

#include "board.h"
#include "console.h"
#include "gateway.h"
#include "last_words.h"
#include "program_store.h"
#include "settings_store.h"
#include "text_join.h"
#include "trial.h"

/* Keys in the store: two keys of the settings service, and this file's own key. */
static const char trial_key[] = ":TRIAL";
static const char taken_back_key[] = ":TAKEN_BACK";
static const char own_key[] = "nl_trial";

/*
 * How often the run time is saved. A power cut loses up to this much of it. Each save takes 48
 * bytes of flash.
 */
enum { TRIAL_SAVE_EVERY_S = 15 };
enum { TRIAL_SECOND_MICROS = 1000000 };

/*
 * The trial of the running program, or of a program being received. A sequence of 0 means no trial.
 */
static trial current;

static bool is_on(void) {
  return current.sequence != 0 && current.sequence == program_store_sequence();
}

static bool is_set(const char *key) { return settings_get(key, NULL, 0) > 0; }
static bool is_asked_for(void) { return is_set(trial_key); }

static bool save(void) {
  const size_t length = offsetof(trial, verdict) + strlen(current.verdict) + 1;
  return settings_set(own_key, &current, (uint32_t)length);
}

static void load(void) {
  memset(&current, 0, sizeof current);
  if (settings_get(own_key, &current, sizeof current) > (int32_t)sizeof current)
    current.sequence = 0;
  current.verdict[TRIAL_WORDS_MAX] = 0;
}

static void forget(void) {
  if (current.sequence != 0) settings_set(own_key, NULL, 0);
  current.sequence = 0;
}

static void tell(const char *why) {
  char words[TRIAL_WORDS_MAX + 3];
  text_join(words, sizeof words, "\"", why, "\"", NULL);
  settings_set(taken_back_key, words, (uint32_t)strlen(words));
}

static void end(void) {
  /*
   * While the client has the gateway's address, the gateway could send another program at once,
   * without a request.
   */
  gateway_forget();
  settings_set(trial_key, NULL, 0);
  forget();
}

/*
 * Takes the program back. Each step may run twice: if power fails in between, the next start begins
 * with the first step.
 */
static void take_back(void) {
  console_line("trial: taking the program back, ", current.verdict, NULL);
  if (!is_on() || program_store_take_back()) tell(current.verdict);
  else console_line("trial: no program to go back to", NULL);
  end();
}

/* Counts a reset, so that a board that always restarts before a save leaves the trial, too. */
static void count_reset(void) {
  const board_reset_kind kind = board_why_reset();
  if (kind == BOARD_RESET_WATCHDOG) trial_was_reset(&current, "watchdog");
  else if (last_words_reason()) trial_was_reset(&current, last_words_reason());
  else if (kind == BOARD_RESET_SOFTWARE) trial_ran(&current, TRIAL_SAVE_EVERY_S);
  else return; /* a power failure is not the program's fault */
  save();
}

void trial_keeper_start(void) {
  load();
  if (is_on() && !current.verdict[0] && is_asked_for()) count_reset();
  if (current.verdict[0]) take_back();
  else if (!is_on() || !is_asked_for()) forget();
  if (is_on()) console_line("trial: not confirmed yet", NULL);
}

bool trial_keeper_admit(void) {
  if (is_on() && is_asked_for()) {
    console_line("trial: no other program until this one is confirmed", NULL);
    return false;
  }
  forget();
  char seconds[8] = "";
  const bool is_trial = settings_get(trial_key, seconds, sizeof seconds - 1) > 0;
  /* A board's first program has no previous one to go back to, so it is not in trial. */
  if (!is_trial || program_store_sequence() == 0) return true;
  current = trial_of(program_store_sequence() + 1, seconds);
  return save();
}

void trial_keeper_panicked(uint32_t code) {
  if (!is_on() || !is_asked_for()) return;
  trial_panicked(&current, code);
  save();
}

void trial_keeper_saw_setting(void) {
  if (!is_on() || is_asked_for()) return;
  console_line("trial: confirmed", NULL);
  forget();
}

static void count_seconds(uint64_t now_micros) {
  static uint64_t counted_micros;
  if (!is_on()) counted_micros = now_micros;
  if (now_micros - counted_micros < TRIAL_SECOND_MICROS) return;
  counted_micros += TRIAL_SECOND_MICROS;
  trial_ran(&current, 1);
  if (current.ran_s % TRIAL_SAVE_EVERY_S == 0 || current.verdict[0]) save();
}

void trial_keeper_step(uint64_t now_micros) {
  count_seconds(now_micros);
  if (!is_on() || !current.verdict[0]) return;
  take_back();
  board_reset();
}

void trial_keeper_refuse(const char *why) {
  console_line("trial: program refused, ", why, NULL);
  tell(why);
  end();
  board_reset();
}

void trial_keeper_drop(void) {
  if (is_asked_for()) settings_set(trial_key, NULL, 0);
  forget();
  if (!gateway_has_address()) return;
  /*
   * The gateway's client has already read the gateway's address. Without a restart, the client
   * would report the program from the package as one that the gateway has sent.
   */
  gateway_forget();
  board_reset();
}

bool trial_keeper_is_on(void) { return is_on(); }

const char *trial_keeper_taken_back(void) {
  static char why[TRIAL_WORDS_MAX + 3];
  const int32_t length = settings_get(taken_back_key, why, sizeof why);
  if (length < 2 || length >= (int32_t)sizeof why) return "";
  why[length - 1] = 0; /* removes the quotes */
  return why + 1;
}
