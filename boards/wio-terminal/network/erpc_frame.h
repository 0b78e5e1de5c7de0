/*
 * Messages on a stream of bytes: u16 length, u16 CRC of the message, message, all little-endian.
 * There is no start mark. After a bad CRC or an impossible length, the receiver must discard all
 * bytes until the line is silent (rpcUnified src/erpc/erpc_framed_transport.cpp).
 */
#ifndef ERPC_FRAME_H
#define ERPC_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  ERPC_FRAME_HEADER = 4,
  ERPC_MESSAGE_HEADER = 8,
  ERPC_MESSAGE_MAX = 4096, /* the size of the buffers on both sides */
  ERPC_SILENCE_MICROS = 100000
};

/* CRC-16, polynomial 0x1021, initial value 0xef4a, most significant bit first. */
uint16_t erpc_crc(const uint8_t *bytes, size_t length);

/* Writes the frame header. In `frame`, the message already follows the header. */
void erpc_seal(uint8_t *frame, size_t message_length);

typedef struct {
  uint8_t bytes[ERPC_FRAME_HEADER + ERPC_MESSAGE_MAX];
  size_t length;
  bool lost; /* out of sync: bytes are discarded until the line is silent */
  uint64_t last_byte_micros;
  uint32_t losses;
} erpc_receiver;

/*
 * Takes bytes up to the end of one message and returns how many it took. If `*message_length` is
 * not 0 afterwards, a message lies at `receiver->bytes + ERPC_FRAME_HEADER` until the next call.
 *
 * If no bytes are there, call this with length 0: only such a call detects silence. So bytes that
 * waited for a busy reader do not count as late.
 */
size_t erpc_receive(erpc_receiver *receiver, const uint8_t *bytes, size_t length,
                    uint64_t now_micros, size_t *message_length);

#endif
