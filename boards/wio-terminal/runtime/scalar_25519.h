/* Whole numbers modulo L, the order of Ed25519's base point (RFC 8032, section 5.1). */
#ifndef SCALAR_25519_H
#define SCALAR_25519_H

#include <stdbool.h>
#include <stdint.h>

enum { SCALAR_WORDS = 8, SCALAR_BYTES = 32, SCALAR_WIDE_BYTES = 64, SCALAR_BITS = 253 };

/*
 * The least significant word comes first. In the encoded form, the least significant byte comes
 * first.
 */
typedef struct {
  uint32_t word[SCALAR_WORDS];
} scalar;

/* Reads a number. Returns false if it is not below L. */
bool scalar_decode(scalar *into, const uint8_t bytes[SCALAR_BYTES]);

/* Reads a number and reduces it modulo L. */
void scalar_reduce(scalar *into, const uint8_t bytes[SCALAR_WIDE_BYTES]);

unsigned scalar_bit(const scalar *of, unsigned index);

#endif
