/* SHA-512 (FIPS 180-4), for messages that come in parts. */
#ifndef SHA512_H
#define SHA512_H

#include <stddef.h>
#include <stdint.h>

enum { SHA512_BYTES = 64, SHA512_BLOCK = 128 };

typedef struct {
  uint64_t hash[8];
  uint64_t length; /* bytes added */
  uint8_t block[SHA512_BLOCK];
} sha512;

void sha512_begin(sha512 *of);
void sha512_add(sha512 *of, const uint8_t *bytes, size_t length);
void sha512_end(sha512 *of, uint8_t into[SHA512_BYTES]);

#endif
