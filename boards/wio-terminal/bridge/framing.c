#include "framing.h"

static size_t frame_length(const uint8_t *frame) { return BUS_FRAME_HEADER + (size_t)frame[2]; }

size_t framing_length(const uint8_t *frame) {
  const size_t length = frame_length(frame);
  size_t encoded = length + 4;
  for (size_t i = 0; i < length; i++) encoded += frame[i] == FRAMING_MARK;
  return encoded;
}

void framing_encode(const uint8_t *frame, uint8_t *into) {
  *into++ = FRAMING_MARK;
  *into++ = FRAMING_MARK_FRAME_START;
  for (size_t i = 0; i < frame_length(frame); i++) {
    *into++ = frame[i];
    if (frame[i] == FRAMING_MARK) *into++ = FRAMING_MARK_LITERAL;
  }
  *into++ = FRAMING_MARK;
  *into++ = FRAMING_MARK_FRAME_END;
}

static bool is_whole(const framing_decoder *decoder) {
  const uint8_t *const frame = decoder->frame;
  if (decoder->length < BUS_FRAME_HEADER + BUS_PACKET_HEADER) return false;
  if (frame_length(frame) != decoder->length) return false;
  return bus_crc(frame + 2, (uint16_t)(decoder->length - 2)) == (frame[0] | frame[1] << 8);
}

static void take(framing_decoder *decoder, uint8_t byte) {
  if (!decoder->is_inside) return;
  if (decoder->length < sizeof decoder->frame) decoder->frame[decoder->length++] = byte;
  else decoder->is_inside = false;
}

bool framing_decode(framing_decoder *decoder, uint8_t byte) {
  if (!decoder->is_after_mark) {
    if (byte == FRAMING_MARK) decoder->is_after_mark = true;
    else take(decoder, byte);
    return false;
  }
  decoder->is_after_mark = false;
  const bool was_inside = decoder->is_inside;
  switch (byte) {
    case FRAMING_MARK_LITERAL:
      take(decoder, FRAMING_MARK);
      return false;
    case FRAMING_MARK_FRAME_START:
      decoder->is_inside = true;
      decoder->length = 0;
      return false;
    case FRAMING_MARK_FRAME_END:
      decoder->is_inside = false;
      return was_inside && is_whole(decoder);
    default: /* a mark of a gap, or a reserved mark */
      return false;
  }
}
