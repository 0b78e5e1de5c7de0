#include "field_25519.h"

#include <string.h>

enum { FIELD_TOP_BIT = 31, FIELD_GAP = 19 }; /* p = 2^255 - FIELD_GAP */

/* 2^256 is 38 modulo p, so a carry out of 2^256 is multiplied by 38 and added at the bottom. */
enum { FIELD_FOLD = 38 };

/* Adds `small`. If a carry is folded in, the words are near zero, so the fold carries no further.
 */
static void add_small(field *to, uint64_t small) {
  for (unsigned i = 0; i < FIELD_WORDS; i++) {
    small += to->word[i];
    to->word[i] = (uint32_t)small;
    small >>= 32;
  }
  to->word[0] += (uint32_t)small * FIELD_FOLD;
}

void field_add(field *into, const field *a, const field *b) {
  uint64_t carry = 0;
  for (unsigned i = 0; i < FIELD_WORDS; i++) {
    carry += (uint64_t)a->word[i] + b->word[i];
    into->word[i] = (uint32_t)carry;
    carry >>= 32;
  }
  add_small(into, carry * FIELD_FOLD);
}

/* Subtracts without reduction. Returns the borrow, 0 or 1. */
static uint32_t subtract_words(field *into, const field *a, const field *b) {
  uint32_t borrow = 0;
  for (unsigned i = 0; i < FIELD_WORDS; i++) {
    const uint64_t difference = (uint64_t)a->word[i] - b->word[i] - borrow;
    into->word[i] = (uint32_t)difference;
    borrow = (uint32_t)(difference >> 32) & 1;
  }
  return borrow;
}

void field_subtract(field *into, const field *a, const field *b) {
  /*
   * Wrapping after a borrow adds 2^256, which is 38 too many. Subtracting 38 may borrow once more.
   */
  for (uint32_t borrow = subtract_words(into, a, b); borrow;) {
    const field fold = {{FIELD_FOLD}};
    borrow = subtract_words(into, into, &fold);
  }
}

void field_multiply(field *into, const field *a, const field *b) {
  uint32_t product[2 * FIELD_WORDS] = {0};
  for (unsigned i = 0; i < FIELD_WORDS; i++) {
    uint64_t carry = 0;
    for (unsigned j = 0; j < FIELD_WORDS; j++) {
      carry += (uint64_t)a->word[i] * b->word[j] + product[i + j];
      product[i + j] = (uint32_t)carry;
      carry >>= 32;
    }
    product[i + FIELD_WORDS] = (uint32_t)carry;
  }
  uint64_t carry = 0;
  for (unsigned i = 0; i < FIELD_WORDS; i++) {
    carry += (uint64_t)product[i + FIELD_WORDS] * FIELD_FOLD + product[i];
    into->word[i] = (uint32_t)carry;
    carry >>= 32;
  }
  add_small(into, carry * FIELD_FOLD);
}

/* The exponent is 2^bits - less. All of its bits above the lowest 32 are ones. */
void field_power(field *into, const field *base, unsigned bits, uint32_t less) {
  const field factor = *base;
  *into = factor;
  for (unsigned bit = bits - 1; bit-- > 0;) {
    field_multiply(into, into, into);
    if (bit >= 32 || (0u - less) >> bit & 1) field_multiply(into, into, &factor);
  }
}

bool field_equal(const field *a, const field *b) {
  uint8_t one[FIELD_BYTES], other[FIELD_BYTES];
  field_encode(one, a);
  field_encode(other, b);
  return memcmp(one, other, FIELD_BYTES) == 0;
}

static uint32_t take_top_bit(field *from) {
  uint32_t *const word = &from->word[FIELD_WORDS - 1];
  const uint32_t bit = *word >> FIELD_TOP_BIT;
  *word &= ~(1u << FIELD_TOP_BIT);
  return bit;
}

bool field_decode(field *into, const uint8_t bytes[FIELD_BYTES]) {
  for (unsigned i = 0; i < FIELD_WORDS; i++) {
    const uint8_t *const at = bytes + 4 * i;
    into->word[i] = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
  }
  take_top_bit(into);
  /* If the number is p or more, adding 19 sets bit 255. */
  field more = *into;
  add_small(&more, FIELD_GAP);
  return take_top_bit(&more) == 0;
}

void field_encode(uint8_t into[FIELD_BYTES], const field *of) {
  field least = *of;
  add_small(&least, FIELD_GAP * take_top_bit(&least)); /* now `least` is below 2 p */
  field more = least;
  add_small(&more, FIELD_GAP);
  if (take_top_bit(&more)) least = more;
  for (unsigned i = 0; i < FIELD_BYTES; i++) into[i] = (uint8_t)(least.word[i / 4] >> 8 * (i % 4));
}
