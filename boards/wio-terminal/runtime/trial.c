#include "trial.h"

#include <stddef.h>
#include <stdlib.h>

#include "console.h"
#include "text_join.h"

/*
 * The number of panics, or of resets, that end a trial. One may be chance: for example, a broker
 * that closes the connection at a bad moment.
 */
enum { TRIAL_FAILURES = 2 };

trial trial_of(uint32_t sequence, const char *seconds) {
  char *end;
  const unsigned long limit = strtoul(seconds, &end, 10);
  const int is_number = end != seconds && *end == 0 && limit > 0 && limit <= TRIAL_SECONDS_MAX;
  return (trial){.sequence = sequence, .limit_s = is_number ? (uint32_t)limit : TRIAL_SECONDS};
}

static void judge(trial *of, const char *what, const char *detail, const char *unit) {
  if (!of->verdict[0]) text_join(of->verdict, sizeof of->verdict, what, detail, unit, NULL);
}

void trial_panicked(trial *of, uint32_t code) {
  if (++of->panics >= TRIAL_FAILURES) judge(of, "panicked twice: ", console_number(code), "");
}

void trial_was_reset(trial *of, const char *reason) {
  if (++of->resets >= TRIAL_FAILURES) judge(of, "reset twice: ", reason, "");
}

void trial_ran(trial *of, uint32_t seconds) {
  of->ran_s += seconds;
  if (of->ran_s >= of->limit_s) judge(of, "not confirmed in ", console_number(of->limit_s), " s");
}
