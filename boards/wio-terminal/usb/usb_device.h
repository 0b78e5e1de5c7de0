/*
 * The USB controller, between the wire and the protocol: packets of at most 64 bytes on numbered
 * endpoints. samd51/usb_device.c implements it on the chip. No function blocks.
 *
 * Control transfers are handled in the controller's interrupt: a device must answer at its new
 * address after 2 ms (USB 2.0, 9.2.6.3), and a step of the virtual machine may take longer. All
 * other functions are called from the loop, between usb_device_hold and usb_device_resume.
 */
#ifndef USB_DEVICE_H
#define USB_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "usb.h"

/* Attaches to the bus. The host then sees a new device. */
void usb_device_start(void);

/* Mask and unmask the controller's interrupt, for a few microseconds. */
void usb_device_hold(void);
void usb_device_resume(void);

/* Whether the host has suspended the bus, or the cable is out. May be called at any time. */
bool usb_device_is_suspended(void);

void usb_device_set_address(uint8_t address);

/* Restarts all endpoints except the first: empty, not stalled, data toggle 0. */
void usb_device_open_endpoints(void);
void usb_device_close_endpoints(void);

/* Copies and sends one packet. Returns false while the previous packet is being sent. */
bool usb_device_send(uint8_t endpoint, const uint8_t *bytes, size_t length);
bool usb_device_is_sending(uint8_t endpoint);

/*
 * The received packet of an endpoint, and its length; a null pointer if there is none. The next
 * packet is received only after this packet is released. The first endpoint passes its packets to
 * usb_on_control_received, after usb_device_listen was called.
 */
const uint8_t *usb_device_received(uint8_t endpoint, size_t *length);
void usb_device_release(uint8_t endpoint);
void usb_device_listen(void);

/*
 * Starts or ends a stall of an endpoint. On the first endpoint, the next set-up packet ends the
 * stall. The end of a stall sets the data toggle to 0.
 */
void usb_device_stall(uint8_t endpoint_address, bool on);
bool usb_device_is_stalled(uint8_t endpoint_address);

/* The controller's interrupt handler, for the vector table. */
void usb_device_interrupt(void);

/* Called from the interrupt, when the bus was reset or on an event of the first endpoint. */
void usb_on_reset(void);
void usb_on_setup(const usb_setup *setup);
void usb_on_control_sent(void);
void usb_on_control_received(const uint8_t *bytes, size_t length);

#endif
