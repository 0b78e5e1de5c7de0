/*
 * Judges a program that came over the network: it counts once it has confirmed itself. Until then
 * it is in trial, through every restart. Power that goes away is not the program's fault.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include <stdint.h>

enum { TRIAL_SECONDS = 120, TRIAL_SECONDS_MAX = 24 * 3600 }; /* if the setting has no number */
enum { TRIAL_WORDS_MAX = 98 }; /* in quotes, the setting has at most 100 bytes */

typedef struct {
  uint32_t sequence; /* of the program: program_store.h */
  uint32_t limit_s;  /* to confirm itself in */
  uint32_t ran_s;    /* so far, over all starts */
  uint8_t panics, resets;
  char verdict[TRIAL_WORDS_MAX + 1]; /* why it is taken back; empty if it is not */
} trial;

/* `seconds` is the setting's text: a whole number, 1..86400. */
trial trial_of(uint32_t sequence, const char *seconds);

/* Each may bring the verdict. The first one stays. */
void trial_panicked(trial *of, uint32_t code);
void trial_was_reset(trial *of, const char *reason);
void trial_ran(trial *of, uint32_t seconds);

#endif
