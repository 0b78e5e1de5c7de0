/*
 * The serial line to a computer. It carries the console, and the board's Jacdac bus, over which the
 * DeviceScript tools deploy, configure and debug. No function blocks: output that does not fit is
 * dropped and counted, and the count is logged when the line has room again.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stddef.h>
#include <stdint.h>

/* Writes a piece of a console line; "\n" ends the line. */
void bridge_log(const char *text, size_t length);

/* Passes a frame of the bus to the computer if the computer has asked for frames. */
void bridge_frame(const uint8_t *frame);

/* Moves bytes in both directions. Not to be called from inside the virtual machine. */
void bridge_step(void);

#endif
