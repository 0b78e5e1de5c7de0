/*
 * Why a run ended, kept over the reset so that the next run can log it. Power loss erases it; a
 * checksum tells it apart from random memory.
 */
#ifndef LAST_WORDS_H
#define LAST_WORDS_H

#include <stdint.h>

/* What the core saved when a fault came, in its order; then the fault status registers. */
typedef struct {
  uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
  uint32_t cfsr, hfsr, mmfar, bfar;
} last_registers;

/*
 * `registers` is a null pointer if there was no fault: the program itself found that it cannot
 * continue.
 */
void last_words_keep(const char *reason, uint32_t address, const last_registers *registers);

/* Logs why the previous run ended, and forgets it. */
void last_words_print(void);

/* Why the previous run ended, for the screen; a null pointer if it gave no reason. */
const char *last_words_reason(void);

/* Where: " at ADDRESS, pc ADDRESS, lr ADDRESS", or what of it is known. */
const char *last_words_place(void);

#endif
