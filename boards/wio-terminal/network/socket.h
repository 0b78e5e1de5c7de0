/*
 * The virtual machine's one TCP socket, on the coprocessor's. Everything that the machine asks for
 * is noted and done by and by; what comes of it is told by events.
 */
#ifndef SOCKET_H
#define SOCKET_H

#include <stdint.h>

/* Begins the next call when one is due and the line is free. Not from inside of the machine. */
void socket_step(uint64_t now_micros);

#endif
