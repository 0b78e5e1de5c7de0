/*
 * The controller between the wire and the protocol: packets of at most 64 bytes on numbered
 * endpoints. samd51/usb_device.c has it on the chip. Nothing waits.
 *
 * Control transfers go on in the controller's interrupt: a host gives a new address 2 ms to work
 * (USB 2.0, 9.2.6.3), and a step of the virtual machine may take longer. All else is called from
 * the loop, between usb_device_hold and usb_device_resume.
 */
#ifndef USB_DEVICE_H
#define USB_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "usb.h"

/* Attaches to the bus: the host sees a new device. */
void usb_device_start(void);

/* Disables the interrupt, for a few microseconds. */
void usb_device_hold(void);
void usb_device_resume(void);

/* The host has put the bus to sleep, or the cable is out. At any time. */
bool usb_device_is_suspended(void);

void usb_device_set_address(uint8_t address);

/* Restarts all endpoints but the first: empty, not stalled, data toggle 0. */
void usb_device_open_endpoints(void);
void usb_device_close_endpoints(void);

/* Sends one packet, of which it keeps a copy; false while the last is on its way. */
bool usb_device_send(uint8_t endpoint, const uint8_t *bytes, size_t length);
bool usb_device_is_sending(uint8_t endpoint);

/*
 * The packet that has arrived on an endpoint, and its length; a null pointer if there is none. The
 * next one comes only after this one is released. The first endpoint delivers its packets by itself
 * when it was told to listen.
 */
const uint8_t *usb_device_received(uint8_t endpoint, size_t *length);
void usb_device_release(uint8_t endpoint);
void usb_device_listen(void);

/*
 * Answers with a stall; on the first endpoint until the next set-up packet. The end of a stall sets
 * the data toggle to 0.
 */
void usb_device_stall(uint8_t endpoint_address, bool on);
bool usb_device_is_stalled(uint8_t endpoint_address);

/* The controller's interrupt handler, for the vector table. */
void usb_device_interrupt(void);

/* Called from the interrupt: the bus was reset, or something happened on the first endpoint. */
void usb_on_reset(void);
void usb_on_setup(const usb_setup *setup);
void usb_on_control_sent(void);
void usb_on_control_received(const uint8_t *bytes, size_t length);

#endif
