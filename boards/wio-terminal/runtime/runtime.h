/* The board's whole work, from a fresh start to a reset. */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <stdint.h>

_Noreturn void runtime_run(void);

/* The longest that the network's part of the loop ever took: the machine waits for it. */
uint32_t runtime_longest_network_micros(void);

#endif
