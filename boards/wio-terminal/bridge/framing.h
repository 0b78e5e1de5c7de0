/*
 * Jacdac frames and a log on one serial line: a frame stands between two marks, and whatever is
 * outside is text. Marks and commands: the USB bridge service of jacdac-spec (class 0x18f61a4a).
 */
#ifndef FRAMING_H
#define FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus.h"

enum {
  FRAMING_MARK = 0xfe, /* the byte after it says which mark; it never occurs in UTF-8 */
  FRAMING_MARK_LITERAL = 0xf8,
  FRAMING_MARK_FRAME_GAP = 0xfb, /* frames were left out here */
  FRAMING_MARK_FRAME_START = 0xfc,
  FRAMING_MARK_FRAME_END = 0xfd
};

/* What the worst frame takes on the line: each of its bytes equal to the mark. */
enum { FRAMING_MAX = 2 * BUS_FRAME_MAX + 4 };

/* What `frame` takes on the line. */
size_t framing_length(const uint8_t *frame);

/* Writes that many bytes. */
void framing_encode(const uint8_t *frame, uint8_t *into);

typedef struct {
  uint8_t frame[BUS_FRAME_MAX] __attribute__((aligned(4)));
  uint16_t length;
  bool is_inside;
  bool is_after_mark;
} framing_decoder;

/*
 * Takes one byte; true when it ended a frame whose length and CRC are right. It then lies in
 * `frame` until the next byte. Text, unknown marks and damaged frames are left out.
 */
bool framing_decode(framing_decoder *decoder, uint8_t byte);

#endif
