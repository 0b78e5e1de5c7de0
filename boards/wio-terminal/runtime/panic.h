/*
 * The end of a run that cannot go on: says why on the console, keeps it for the next run to say
 * again (last_words.h), then restarts the chip.
 */
#ifndef PANIC_H
#define PANIC_H

#include <stdint.h>

#include "last_words.h"

_Noreturn void panic(const char *reason);
_Noreturn void panic_at(const char *reason, uint32_t address);

/* A fault. An address of 0 is none; so are registers at a null pointer. */
_Noreturn void panic_with(const char *reason, uint32_t address, const last_registers *registers);

#endif
