/* The whole run of the board, from the start to a reset. */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <stdint.h>

_Noreturn void runtime_run(void);

/*
 * The longest time that the network took in one round of the loop. The virtual machine waits during
 * that time.
 */
uint32_t runtime_longest_network_micros(void);

#endif
