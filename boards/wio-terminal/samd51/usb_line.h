/* The serial line to a computer, by USB. */
#ifndef USB_LINE_H
#define USB_LINE_H

#include <stdint.h>

void usb_line_init(void);
void usb_line_step(uint64_t now_micros);

/* Interrupt handler of all of USB's lines, for the vector table. */
void usb_device_interrupt(void);

#endif
