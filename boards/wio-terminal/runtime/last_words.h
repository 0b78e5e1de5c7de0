/*
 * Keeps the reason why a run ended over the reset, so that the next run can log it. Power loss
 * erases the reason; a checksum distinguishes it from random memory.
 */
#ifndef LAST_WORDS_H
#define LAST_WORDS_H

#include <stdint.h>

/* The registers that the core saves at a fault, in its order; then the fault status registers. */
typedef struct {
  uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
  uint32_t cfsr, hfsr, mmfar, bfar;
} last_registers;

/*
 * Stores the reason. `registers` is a null pointer if there was no fault, but the runtime itself
 * detected that it cannot continue.
 */
void last_words_keep(const char *reason, uint32_t address, const last_registers *registers);

/* Logs why the previous run ended, and deletes the stored reason. */
void last_words_print(void);

/* Why the previous run ended, for the screen; a null pointer if there was no reason. */
const char *last_words_reason(void);

/* Where the previous run ended: " at ADDRESS, pc ADDRESS, lr ADDRESS", or the known parts of it. */
const char *last_words_place(void);

#endif
