/*
 * Ends a run that cannot continue: logs the reason, keeps it for the next run (last_words.h), and
 * restarts the chip.
 */
#ifndef PANIC_H
#define PANIC_H

#include <stdint.h>

#include "last_words.h"

_Noreturn void panic(const char *reason);
_Noreturn void panic_at(const char *reason, uint32_t address);

/* Panics because of a fault. An address of 0 means no address; null means no registers. */
_Noreturn void panic_with(const char *reason, uint32_t address, const last_registers *registers);

#endif
