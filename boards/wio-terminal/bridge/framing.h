/*
 * Jacdac frames and a log on one serial line: a frame stands between two marks, and bytes outside
 * of a frame are text. Marks and commands: the USB bridge service of jacdac-spec (class
 * 0x18f61a4a).
 */
#ifndef FRAMING_H
#define FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus.h"

enum {
  FRAMING_MARK = 0xfe, /* never occurs in UTF-8; the next byte says which mark this is */
  FRAMING_MARK_LITERAL = 0xf8,
  FRAMING_MARK_FRAME_GAP = 0xfb, /* marks a place where frames were left out */
  FRAMING_MARK_FRAME_START = 0xfc,
  FRAMING_MARK_FRAME_END = 0xfd
};

/*
 * The length of the longest encoded frame, bytes: each byte of such a frame is equal to
 * FRAMING_MARK.
 */
enum { FRAMING_MAX = 2 * BUS_FRAME_MAX + 4 };

/* The length of the encoded frame, bytes. */
size_t framing_length(const uint8_t *frame);

/* Encodes `frame`. Writes framing_length(frame) bytes. */
void framing_encode(const uint8_t *frame, uint8_t *into);

typedef struct {
  uint8_t frame[BUS_FRAME_MAX] __attribute__((aligned(4)));
  uint16_t length;
  bool is_inside;
  bool is_after_mark;
} framing_decoder;

/*
 * Decodes one byte. Returns true if the byte ends a frame with the right length and CRC; the frame
 * is then in `decoder->frame` until the next call. Text, unknown marks and damaged frames are
 * skipped.
 */
bool framing_decode(framing_decoder *decoder, uint8_t byte);

#endif
