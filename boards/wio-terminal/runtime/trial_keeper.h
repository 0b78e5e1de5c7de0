/*
 * Runs the trial of a program that came over the network: keeps the trial's state in flash, and
 * takes the program back if it fails. Program and runtime communicate through settings:
 *
 *   TRIAL       a number of seconds. A program that arrives while this setting exists is in trial.
 *               The program removes the setting to confirm itself.
 *   TAKEN_BACK  why the last program was taken back or never started, as a text. The program
 *               removes the setting.
 *
 * Power may fail at any instant: the old or the new program then runs, and the next start finishes
 * an interrupted step.
 */
#ifndef TRIAL_KEEPER_H
#define TRIAL_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

/* Call this after both stores are initialized, before the program is looked up. */
void trial_keeper_start(void);

/*
 * Called before a program is received. Returns false, to refuse it, if the running program is in
 * trial.
 */
bool trial_keeper_admit(void);

/* Called when a setting was written: the program may have confirmed itself. */
void trial_keeper_saw_setting(void);

/* Called when the program has panicked. */
void trial_keeper_panicked(uint32_t code);

/* Takes a failed program back and restarts the board. Call in each round of the loop. */
void trial_keeper_step(uint64_t now_micros);

/* Refuses the program being received: restarts the board with its present program. */
_Noreturn void trial_keeper_refuse(const char *why);

/*
 * Ends the trial, because a user has flashed a new package, whose program needs no trial. Restarts
 * the board if the gateway's client has an address.
 */
void trial_keeper_drop(void);

/*
 * Whether the program is in trial, and why the last program was taken back, or "". Both are for the
 * screen.
 */
bool trial_keeper_is_on(void);
const char *trial_keeper_taken_back(void);

#endif
