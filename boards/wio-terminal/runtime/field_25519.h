/*
 * Arithmetic modulo p = 2^255 - 19 (RFC 8032, section 5.1). A number is kept below 2^256, so it may
 * have more than one representation: compare numbers with `field_equal`. The time depends on the
 * numbers, so they must be public.
 */
#ifndef FIELD_25519_H
#define FIELD_25519_H

#include <stdbool.h>
#include <stdint.h>

enum { FIELD_WORDS = 8, FIELD_BYTES = 32 };

/* The least significant word comes first. */
typedef struct {
  uint32_t word[FIELD_WORDS];
} field;

/* Each result may be one of the operands. */
void field_add(field *into, const field *a, const field *b);
void field_subtract(field *into, const field *a, const field *b);
void field_multiply(field *into, const field *a, const field *b);
/* Raises `base` to the power 2^`bits` - `less`; `less` is 1..2^32 - 1. */
void field_power(field *into, const field *base, unsigned bits, uint32_t less);

bool field_equal(const field *a, const field *b);

/* The least significant byte comes first. Reads 255 bits; false if the number is not below p. */
bool field_decode(field *into, const uint8_t bytes[FIELD_BYTES]);
void field_encode(uint8_t into[FIELD_BYTES], const field *of);

#endif
