#include "erpc_codec.h"

#include <string.h>

void erpc_put_raw(erpc_writer *to, const void *bytes, size_t length) {
  if (length > to->space - to->length) {
    to->failed = true;
    return;
  }
  if (length > 0) memcpy(to->bytes + to->length, bytes, length);
  to->length += length;
}

void erpc_put_u8(erpc_writer *to, uint8_t value) { erpc_put_raw(to, &value, 1); }

void erpc_put_u32(erpc_writer *to, uint32_t value) {
  const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                            (uint8_t)(value >> 24)};
  erpc_put_raw(to, bytes, sizeof bytes);
}

void erpc_put_binary(erpc_writer *to, const void *bytes, size_t length) {
  erpc_put_u32(to, (uint32_t)length);
  erpc_put_raw(to, bytes, length);
}

void erpc_put_text(erpc_writer *to, const char *text) { erpc_put_binary(to, text, strlen(text)); }

void erpc_put_nullable_text(erpc_writer *to, const char *text_or_null) {
  erpc_put_u8(to, text_or_null == NULL);
  if (text_or_null) erpc_put_text(to, text_or_null);
}

const uint8_t *erpc_get_raw(erpc_reader *from, size_t length) {
  static const uint8_t nothing[4];
  if (length > from->length - from->position) {
    from->failed = true;
    return nothing;
  }
  const uint8_t *const bytes = from->bytes + from->position;
  from->position += length;
  return bytes;
}

uint8_t erpc_get_u8(erpc_reader *from) { return *erpc_get_raw(from, 1); }

uint32_t erpc_get_u32(erpc_reader *from) {
  const uint8_t *const b = erpc_get_raw(from, 4);
  return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

const uint8_t *erpc_get_binary(erpc_reader *from, uint32_t *length) {
  *length = erpc_get_u32(from);
  const uint8_t *const bytes = erpc_get_raw(from, *length);
  if (from->failed) *length = 0;
  return bytes;
}
