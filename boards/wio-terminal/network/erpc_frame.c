#include "erpc_frame.h"

#include <string.h>

uint16_t erpc_crc(const uint8_t *bytes, size_t length) {
  uint16_t crc = 0xef4a;
  while (length-- > 0) {
    crc ^= (uint16_t)(*bytes++ << 8);
    for (int bit = 0; bit < 8; bit++) crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
  }
  return crc;
}

void erpc_seal(uint8_t *frame, size_t message_length) {
  const uint16_t crc = erpc_crc(frame + ERPC_FRAME_HEADER, message_length);
  frame[0] = (uint8_t)message_length;
  frame[1] = (uint8_t)(message_length >> 8);
  frame[2] = (uint8_t)crc;
  frame[3] = (uint8_t)(crc >> 8);
}

static uint16_t u16(const uint8_t *bytes) { return (uint16_t)(bytes[0] | bytes[1] << 8); }

static void lose(erpc_receiver *receiver) {
  receiver->length = 0;
  receiver->lost = true;
  receiver->losses++;
}

size_t erpc_receive(erpc_receiver *receiver, const uint8_t *bytes, size_t length,
                    uint64_t now_micros, size_t *message_length) {
  *message_length = 0;
  if (length == 0) {
    /* After the silence, a message that stopped halfway is also discarded. */
    if (now_micros - receiver->last_byte_micros < ERPC_SILENCE_MICROS) return 0;
    if (receiver->length > 0) receiver->losses++;
    receiver->length = 0;
    receiver->lost = false;
    return 0;
  }
  receiver->last_byte_micros = now_micros;
  if (receiver->lost) return length;

  size_t taken = 0;
  while (taken < length) {
    const size_t wanted = receiver->length < ERPC_FRAME_HEADER
                              ? ERPC_FRAME_HEADER
                              : ERPC_FRAME_HEADER + (size_t)u16(receiver->bytes);
    size_t part = wanted - receiver->length;
    if (part > length - taken) part = length - taken;
    memcpy(receiver->bytes + receiver->length, bytes + taken, part);
    receiver->length += part;
    taken += part;

    if (receiver->length < ERPC_FRAME_HEADER) continue;
    const size_t message = u16(receiver->bytes);
    if (message < ERPC_MESSAGE_HEADER || message > ERPC_MESSAGE_MAX) {
      lose(receiver);
      return length;
    }
    if (receiver->length < ERPC_FRAME_HEADER + message) continue;
    if (erpc_crc(receiver->bytes + ERPC_FRAME_HEADER, message) != u16(receiver->bytes + 2)) {
      lose(receiver);
      return length;
    }
    receiver->length = 0;
    *message_length = message;
    return taken;
  }
  return taken;
}
