/* The end of a run that cannot go on: says why on the console, then restarts the chip. */
#ifndef PANIC_H
#define PANIC_H

#include <stdint.h>

_Noreturn void panic(const char *reason);
_Noreturn void panic_at(const char *reason, uint32_t address);

#endif
