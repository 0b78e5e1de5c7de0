/* The display's controller: 320 x 240 pixels of 16 bits (ILI9341 datasheet, version 1.11). */
#ifndef ILI9341_H
#define ILI9341_H

#include <stdbool.h>
#include <stdint.h>

/* Takes the display out of reset, step by step. False until it takes pixels. */
bool ili9341_is_started(uint64_t now_micros);

/* The rectangle that the next pixels fill, row by row from its upper left corner. */
void ili9341_window(uint16_t x, uint16_t y, uint16_t width, uint16_t height);

/* Call it after the first picture. */
void ili9341_show(void);

#endif
