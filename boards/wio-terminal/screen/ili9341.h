/* The display's controller: 320 x 240 pixels of 16 bits (ILI9341 datasheet, version 1.11). */
#ifndef ILI9341_H
#define ILI9341_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the display, one step per call. Returns false until the display accepts pixels. */
bool ili9341_is_started(uint64_t now_micros);

/* Sets the rectangle that the next pixels fill, row by row from its upper left corner. */
void ili9341_window(uint16_t x, uint16_t y, uint16_t width, uint16_t height);

/* Turns the display on. Call after the first picture. */
void ili9341_show(void);

#endif
