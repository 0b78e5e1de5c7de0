/* The board as a Jacdac device: lists and announces its services, and passes packets to them. */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdint.h>

#include "bus.h"

/* `id` is the board's own id on the bus, not the virtual machine's. */
void device_init(uint64_t id);

/* Samples inputs, streams readings, and announces the services when each is due. Call often. */
void device_step(uint64_t now_micros);

/* Handles a command from the bus for this device or for a class of services. */
void device_handle(uint64_t target, uint8_t flags, const packet *packet);

/* Acknowledges the command with this CRC if `target` is this device. */
void device_acknowledge(uint64_t target, uint16_t crc);

#endif
