/*
 * The serial line to a computer: the console for a person's terminal, and the board's Jacdac bus
 * for the DeviceScript tools, which deploy, set up and debug over it. Nothing here waits: what
 * finds no room is left out, counted, and told of where the line has room again.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stddef.h>
#include <stdint.h>

/* A piece of a console line; "\n" ends it. */
void bridge_log(const char *text, size_t length);

/* A frame that goes over the bus: passed on when the computer has asked for frames. */
void bridge_frame(const uint8_t *frame);

/* Moves bytes both ways. Not from inside of the virtual machine. */
void bridge_step(void);

#endif
