/*
 * eRPC's basic codec, as the Wi-Fi coprocessor's firmware uses it: little-endian, unpadded; a text
 * or a binary is a u32 count and its bytes (rpcUnified src/erpc/erpc_basic_codec.cpp; the interface
 * itself is seeed-ambd-firmware's erpc_idl).
 *
 * Neither the writer nor the reader can leave its buffer: bytes that do not fit or are missing set
 * `failed`, which the caller checks once, at the end.
 */
#ifndef ERPC_CODEC_H
#define ERPC_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint8_t *bytes;
  size_t length;
  size_t space;
  bool failed;
} erpc_writer;

void erpc_put_u8(erpc_writer *to, uint8_t value);
void erpc_put_u32(erpc_writer *to, uint32_t value);
void erpc_put_raw(erpc_writer *to, const void *bytes, size_t length);
/* Writes a count and the bytes of a binary or a text. */
void erpc_put_binary(erpc_writer *to, const void *bytes, size_t length);
void erpc_put_text(erpc_writer *to, const char *text);
/* Writes a flag, 1 for null, then the text if there is one. */
void erpc_put_nullable_text(erpc_writer *to, const char *text_or_null);

typedef struct {
  const uint8_t *bytes;
  size_t length;
  size_t position;
  bool failed;
} erpc_reader;

uint8_t erpc_get_u8(erpc_reader *from);
uint32_t erpc_get_u32(erpc_reader *from);
/* Return a pointer into the message, valid as long as the message. */
const uint8_t *erpc_get_raw(erpc_reader *from, size_t length);
const uint8_t *erpc_get_binary(erpc_reader *from, uint32_t *length);

#endif
