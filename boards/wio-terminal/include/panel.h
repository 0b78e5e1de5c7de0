/*
 * The wires to the display. A board with a screen implements these functions and those of board.h.
 * The display's own commands are in screen/ili9341.c.
 */
#ifndef PANEL_H
#define PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts SPI and the pins. Holds the display in reset and leaves the backlight off. */
void panel_init(void);

/* Sets the display's reset line. */
void panel_reset(bool held);

/* Sends a command with its parameters. Blocks until they are sent: a third of a µs per byte. */
void panel_command(uint8_t command, const uint8_t *parameters, size_t length);

/*
 * Sends the bytes that follow a command, such as pixels. May return before the bytes are sent: do
 * not change them while the panel is busy.
 */
void panel_pixels(const uint8_t *bytes, size_t length);
bool panel_is_busy(void);

void panel_backlight(bool on);

#endif
