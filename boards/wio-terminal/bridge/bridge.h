/*
 * The serial line to a computer: the console for a terminal, and the board's Jacdac bus for the
 * DeviceScript tools, which deploy, configure and debug over it. Nothing here waits: output that
 * does not fit is dropped and counted, and reported once the line has room again.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stddef.h>
#include <stdint.h>

/* A piece of a console line; "\n" ends it. */
void bridge_log(const char *text, size_t length);

/* A frame on the bus, which is passed on if the computer has asked for frames. */
void bridge_frame(const uint8_t *frame);

/* Moves bytes in both directions. Not from inside the virtual machine. */
void bridge_step(void);

#endif
