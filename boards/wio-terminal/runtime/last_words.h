/*
 * Why a run ended, kept over the reset for the next one to tell. Power that goes takes it along,
 * and a checksum tells what is left from what never was.
 */
#ifndef LAST_WORDS_H
#define LAST_WORDS_H

#include <stdint.h>

/* What the core had put aside when a fault came, in its order; then the fault's own registers. */
typedef struct {
  uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
  uint32_t cfsr, hfsr, mmfar, bfar;
} last_registers;

/* `registers` is a null pointer where the program itself saw that it cannot go on. */
void last_words_keep(const char *reason, uint32_t address, const last_registers *registers);

/* Prints what the run before kept, and forgets it. */
void last_words_print(void);

/* The reason of the run before, for a screen; a null pointer when it ended without words. */
const char *last_words_reason(void);

#endif
