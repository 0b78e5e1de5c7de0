/*
 * Judges a program that came over the network. The program is in trial, through every restart,
 * until it confirms itself. A power failure does not count against the program.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include <stdint.h>

enum { TRIAL_SECONDS = 120, TRIAL_SECONDS_MAX = 24 * 3600 }; /* the default, and the maximum */
enum { TRIAL_WORDS_MAX = 98 }; /* the setting has at most 100 bytes, with its quotes */

typedef struct {
  uint32_t sequence; /* the program's sequence number: program_store.h */
  uint32_t limit_s;  /* the time within which the program must confirm itself */
  uint32_t ran_s;    /* how long the program has run, over all starts */
  uint8_t panics, resets;
  char verdict[TRIAL_WORDS_MAX + 1]; /* why the program is taken back; empty if it is not */
} trial;

/* Begins a trial. `seconds` is the text of the setting: a whole number, 1..86400. */
trial trial_of(uint32_t sequence, const char *seconds);

/* Record an event of the program. Each may set the verdict; only the first verdict is kept. */
void trial_panicked(trial *of, uint32_t code);
void trial_was_reset(trial *of, const char *reason);
void trial_ran(trial *of, uint32_t seconds);

#endif
