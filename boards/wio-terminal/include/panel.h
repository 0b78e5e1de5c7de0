/*
 * The wires to the display: what a board with a screen implements beside board.h. The display's
 * own commands are screen/ili9341.c's business.
 */
#ifndef PANEL_H
#define PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SPI and pins; the display is held in reset, its backlight dark. */
void panel_init(void);

/* The display's reset line. */
void panel_reset(bool held);

/* A command with its parameters. Waits for the wire: a byte takes a third of a microsecond. */
void panel_command(uint8_t command, const uint8_t *parameters, size_t length);

/*
 * Bytes that follow a command, such as pixels. It may return before they are sent: do not change
 * them while the panel is busy.
 */
void panel_pixels(const uint8_t *bytes, size_t length);
bool panel_is_busy(void);

void panel_backlight(bool on);

#endif
