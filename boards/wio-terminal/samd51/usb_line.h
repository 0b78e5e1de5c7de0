/* The serial line to a computer, over USB. */
#ifndef USB_LINE_H
#define USB_LINE_H

#include <stdint.h>

void usb_line_init(void);
void usb_line_step(uint64_t now_micros);

#endif
