/* The board as a Jacdac device: its list of services, their announcement, and who gets a packet. */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdint.h>

#include "bus.h"

/* `id` is the board's own on the bus, not the virtual machine's. */
void device_init(uint64_t id);

/* Samples inputs, streams readings, announces. Call often; it keeps its own pace. */
void device_step(uint64_t now_micros);

/* Takes a command from the bus: for this device, or for a class of services. */
void device_handle(uint64_t target, uint8_t flags, const packet *packet);

/* The sender of a command with this CRC wants to know that it arrived. */
void device_acknowledge(uint64_t target, uint16_t crc);

#endif
