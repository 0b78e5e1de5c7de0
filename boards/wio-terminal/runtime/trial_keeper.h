/*
 * Trial of a program that came over the network: keeps it in flash, and takes the program back if
 * it fails. Program and runtime speak through settings:
 *
 *   TRIAL       a number of seconds. Whatever program comes while it exists is in trial. The
 *               program removes it to confirm itself.
 *   TAKEN_BACK  why the program that came last was taken back, or not even started, in words. The
 *               program removes it.
 *
 * Power may fail at any instant: either program runs then, and what was begun is finished at the
 * next start.
 */
#ifndef TRIAL_KEEPER_H
#define TRIAL_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

/* Call this once both stores are there, and before anything looks for the program. */
void trial_keeper_start(void);

/* A program is about to come. False if it must not, because the one that runs is in trial. */
bool trial_keeper_admit(void);

/* A setting was written: the program may have confirmed itself. */
void trial_keeper_saw_setting(void);

/* The program stopped by itself. */
void trial_keeper_panicked(uint32_t code);

/* Restarts the board to take a program back. Call it in each round of the loop. */
void trial_keeper_step(uint64_t now_micros);

/* The program that is coming must not run: restarts the board with the one that it has. */
_Noreturn void trial_keeper_refuse(const char *why);

/*
 * A person has put other firmware onto the board: it counts at once. Restarts the board if the
 * gateway's client has an address.
 */
void trial_keeper_drop(void);

/* For the screen: the program that runs is in trial; why the one before was taken back, or "". */
bool trial_keeper_is_on(void);
const char *trial_keeper_taken_back(void);

#endif
