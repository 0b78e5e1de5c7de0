/*
 * The Jacdac bus between the virtual machine, the board's own services, and the computer on the
 * serial line. A queue takes the place of the wire. A frame, by the Jacdac specification
 * (reference/protocol):
 *
 *   0 u16 CRC of bytes 2...   2 u8 length of the packets   3 u8 flags   4 u64 device   12 packets
 *
 * A packet: u8 payload length, u8 service index, u16 command, payload, padding to 4 bytes.
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

/* Callbacks for the users of the bus other than the virtual machine. */
typedef struct {
  /* Called with each frame that the virtual machine or the board sends, for the serial line. */
  void (*frame)(const uint8_t *frame);
  /* Called when a command asks `target` for an acknowledgement with this CRC. */
  void (*acknowledge)(uint64_t target, uint16_t crc);
  /* Called with a command for a device or, with BUS_TO_SERVICE_CLASS, for a class of services. */
  void (*command)(uint64_t target, uint8_t flags, const packet *packet);
  /* Called with a report from the virtual machine. */
  void (*report)(const packet *packet);
} bus_listener;

/* Call this first. `listener` is kept by reference. */
void bus_init(const bus_listener *listener);

/* Called by the imports of the virtual machine with each frame that the virtual machine sends. */
void bus_from_vm(const uint8_t *frame);

/*
 * Passes a frame from the computer to the services and the virtual machine. Its length and CRC have
 * been checked. Returns false while the queue is full; the frame was then passed to neither.
 */
bool bus_from_line(const uint8_t *frame);

/*
 * Sends a frame of one packet to the virtual machine and the computer. With BUS_COMMAND, `device`
 * is the receiver, else the sender. Returns false if the queue is full: the frame is then dropped,
 * as on a wire.
 */
bool bus_send(uint64_t device, uint8_t flags, const packet *packet);

/*
 * Delivers queued frames to the virtual machine. Returns true if the virtual machine accepted at
 * least one frame. Not to be called from inside the virtual machine.
 */
bool bus_deliver(void);

/* CRC-16 with polynomial 0x1021, initial value 0xffff (jacdac-ts: `crc` in utils.ts). */
uint16_t bus_crc(const uint8_t *bytes, uint16_t length);

#endif
