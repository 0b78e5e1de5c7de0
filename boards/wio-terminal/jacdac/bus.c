#include "bus.h"

#include <string.h>

#include "vm_memory.h"
#include "vm_start.h"

/* The size of the queue, which holds at least 8 frames. A frame takes only its own length. */
enum { QUEUE_SIZE = 2048 };
static uint8_t queue[QUEUE_SIZE];
static uint16_t queue_length;

static const bus_listener *listener;

void bus_init(const bus_listener *new_listener) { listener = new_listener; }

static unsigned frame_length(const uint8_t *frame) { return BUS_FRAME_HEADER + frame[2]; }

uint16_t bus_crc(const uint8_t *bytes, uint16_t length) {
  uint16_t crc = 0xffff;
  while (length-- > 0) {
    crc ^= (uint16_t)(*bytes++ << 8);
    for (int bit = 0; bit < 8; bit++) crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
  }
  return crc;
}

static void seal(uint8_t *frame) {
  const uint16_t crc = bus_crc(frame + 2, (uint16_t)(frame_length(frame) - 2));
  frame[0] = (uint8_t)crc;
  frame[1] = (uint8_t)(crc >> 8);
}

bool bus_send(uint64_t device, uint8_t flags, const packet *packet) {
  const unsigned padded = (BUS_PACKET_HEADER + packet->length + 3u) & ~3u;
  const unsigned length = BUS_FRAME_HEADER + padded;
  if (length > BUS_FRAME_MAX || length > (unsigned)(QUEUE_SIZE - queue_length)) return false;
  uint8_t *frame = queue + queue_length;
  memset(frame, 0, length);
  frame[2] = (uint8_t)padded;
  frame[3] = flags;
  memcpy(frame + 4, &device, sizeof device);
  frame[12] = packet->length;
  frame[13] = packet->service;
  frame[14] = (uint8_t)packet->command;
  frame[15] = (uint8_t)(packet->command >> 8);
  if (packet->length > 0) memcpy(frame + 16, packet->payload, packet->length);
  seal(frame);
  listener->frame(frame);
  queue_length = (uint16_t)(queue_length + length);
  return true;
}

bool bus_deliver(void) {
  uint16_t delivered = 0;
  while (delivered < queue_length) {
    /*
     * The frame is copied, because the virtual machine changes a frame even if it has no room for
     * it.
     */
    static uint8_t copy[BUS_FRAME_MAX] __attribute__((aligned(4)));
    const unsigned length = frame_length(queue + delivered);
    memcpy(copy, queue + delivered, length);
    if (vm_jd_em_frame_received(vm_address_of(copy)) != 0) break;
    delivered = (uint16_t)(delivered + length);
  }
  queue_length = (uint16_t)(queue_length - delivered);
  memmove(queue, queue + delivered, queue_length);
  return delivered > 0;
}

/* Hands each packet of a frame to its receiver. */
static void dispatch(const uint8_t *frame, bool is_from_vm) {
  uint64_t target;
  memcpy(&target, frame + 4, sizeof target);
  const uint8_t flags = frame[3];
  if (flags & BUS_COMMAND && flags & BUS_ACK_REQUESTED) {
    listener->acknowledge(target, (uint16_t)(frame[0] | frame[1] << 8));
  }
  for (unsigned at = BUS_FRAME_HEADER; at + BUS_PACKET_HEADER <= frame_length(frame);) {
    const uint8_t *head = frame + at;
    const unsigned end = at + BUS_PACKET_HEADER + head[0];
    if (end > frame_length(frame)) return;
    const packet packet = {
        .service = head[1],
        .command = (uint16_t)(head[2] | head[3] << 8),
        .length = head[0],
        .payload = head + BUS_PACKET_HEADER,
    };
    if (flags & BUS_COMMAND) listener->command(target, flags, &packet);
    else if (is_from_vm) listener->report(&packet);
    at = (end + 3u) & ~3u;
  }
}

void bus_from_vm(const uint8_t *frame) {
  listener->frame(frame);
  dispatch(frame, true);
}

bool bus_from_line(const uint8_t *frame) {
  const unsigned length = frame_length(frame);
  if (length > (unsigned)(QUEUE_SIZE - queue_length)) return false;
  memcpy(queue + queue_length, frame, length);
  queue_length = (uint16_t)(queue_length + length);
  dispatch(frame, false);
  return true;
}
