/*
 * The Jacdac bus between the virtual machine, the board's own services, and the computer on the
 * serial line: a wire that is a queue. A frame, from the Jacdac specification (reference/protocol):
 *
 *   0 u16 CRC of what follows   2 u8 length of the packets   3 u8 flags   4 u64 device   12 packets
 *
 * and a packet: u8 payload length, u8 service index, u16 command, payload, padding to 4 bytes.
 */
#ifndef BUS_H
#define BUS_H

#include <stdbool.h>
#include <stdint.h>

enum {
  BUS_FRAME_HEADER = 12,
  BUS_FRAME_MAX = 252,
  BUS_PACKET_HEADER = 4,
  BUS_PAYLOAD_MAX = BUS_FRAME_MAX - BUS_FRAME_HEADER - BUS_PACKET_HEADER
};

/* Frame flags: specconstants.ts of jacdac-spec, and "Frame flags" of the specification. */
enum { BUS_COMMAND = 0x01, BUS_ACK_REQUESTED = 0x02, BUS_TO_SERVICE_CLASS = 0x04 };

typedef struct {
  uint8_t service;
  uint16_t command;
  uint8_t length;
  const uint8_t *payload;
} packet;

/* Who uses the bus, besides the virtual machine. The bus itself knows none of them. */
typedef struct {
  /* Each frame that the virtual machine or the board sends: for the serial line. */
  void (*frame)(const uint8_t *frame);
  /* A command asks `target` to acknowledge it by this CRC. */
  void (*acknowledge)(uint64_t target, uint16_t crc);
  /* A command for a device or, with BUS_TO_SERVICE_CLASS, for a class of services. */
  void (*command)(uint64_t target, uint8_t flags, const packet *packet);
  /* A report from the virtual machine. */
  void (*report)(const packet *packet);
} bus_listener;

/* Call this first. The listener is kept by reference. */
void bus_init(const bus_listener *listener);

/* Called by the virtual machine's imports with each frame that it sends. */
void bus_from_vm(const uint8_t *frame);

/*
 * A frame from the computer, its length and CRC known to be right: for the services and the virtual
 * machine. False while the queue is full: nobody got it yet.
 */
bool bus_from_line(const uint8_t *frame);

/*
 * Queues a frame of one packet for the virtual machine. With BUS_COMMAND `device` is the
 * receiver, else the sender. False when the queue is full: the frame is dropped, as on a wire. The
 * computer gets it, too.
 */
bool bus_send(uint64_t device, uint8_t flags, const packet *packet);

/*
 * Hands queued frames to the virtual machine; true if it took any. Do not call it from inside the
 * machine.
 */
bool bus_deliver(void);

/* CRC-16 with polynomial 0x1021, initial value 0xffff (jacdac-ts: `crc` in utils.ts). */
uint16_t bus_crc(const uint8_t *bytes, uint16_t length);

#endif
