/* Tests when and why a program from the network is taken back. */
#include "trial.h"

#include "check.h"

static void check_limit(const char *setting, uint32_t seconds) {
  const trial it = trial_of(7, setting);
  CHECK(it.sequence == 7 && it.limit_s == seconds && it.ran_s == 0 && !it.verdict[0]);
}

int main(void) {
  check_limit("30", 30);
  check_limit("86400", 86400);
  const char *const others[] = {"", "0", "86401", "-1", "1.5", "\"30\"", "true", "99999999999"};
  for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) check_limit(others[i], 120);

  trial panics = trial_of(1, "30");
  trial_panicked(&panics, 60005);
  CHECK(!panics.verdict[0]);
  trial_panicked(&panics, 60014);
  CHECK(strcmp(panics.verdict, "panicked twice: 60014") == 0);
  trial_ran(&panics, 60);
  CHECK(strcmp(panics.verdict, "panicked twice: 60014") == 0);

  /* One panic and one reset may be chance, so they do not end the trial. */
  trial resets = trial_of(1, "30");
  trial_panicked(&resets, 60005);
  trial_was_reset(&resets, "fault");
  CHECK(!resets.verdict[0]);
  trial_was_reset(&resets, "watchdog");
  CHECK(strcmp(resets.verdict, "reset twice: watchdog") == 0);

  trial slow = trial_of(1, "30");
  trial_ran(&slow, 29);
  CHECK(!slow.verdict[0]);
  trial_ran(&slow, 1);
  CHECK(strcmp(slow.verdict, "not confirmed in 30 s") == 0);

  char reason[200];
  memset(reason, 'x', sizeof reason - 1);
  reason[sizeof reason - 1] = 0;
  trial wordy = trial_of(1, "30");
  trial_was_reset(&wordy, reason);
  trial_was_reset(&wordy, reason);
  CHECK(strlen(wordy.verdict) == TRIAL_WORDS_MAX);
  return all_checked();
}
