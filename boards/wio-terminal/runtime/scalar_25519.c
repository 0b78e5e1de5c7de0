#include "scalar_25519.h"

#include <string.h>

static const scalar order = {{0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0x00000000,
                              0x00000000, 0x00000000, 0x10000000}};

/* Subtracts L. If the number is below L, returns false and changes nothing. */
static bool subtract_order(scalar *from) {
  scalar less;
  uint32_t borrow = 0;
  for (unsigned i = 0; i < SCALAR_WORDS; i++) {
    const uint64_t difference = (uint64_t)from->word[i] - order.word[i] - borrow;
    less.word[i] = (uint32_t)difference;
    borrow = (uint32_t)(difference >> 32) & 1;
  }
  if (borrow) return false;
  *from = less;
  return true;
}

bool scalar_decode(scalar *into, const uint8_t bytes[SCALAR_BYTES]) {
  for (unsigned i = 0; i < SCALAR_WORDS; i++) {
    const uint8_t *const at = bytes + 4 * i;
    into->word[i] = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
  }
  return !subtract_order(into);
}

/* Adds the number bit by bit, from the most significant, so that the sum stays below 2 L. */
void scalar_reduce(scalar *into, const uint8_t bytes[SCALAR_WIDE_BYTES]) {
  memset(into, 0, sizeof *into);
  for (unsigned bit = 8 * SCALAR_WIDE_BYTES; bit-- > 0;) {
    uint32_t carry = bytes[bit / 8] >> bit % 8 & 1;
    for (unsigned i = 0; i < SCALAR_WORDS; i++) {
      const uint32_t word = into->word[i];
      into->word[i] = word << 1 | carry;
      carry = word >> 31;
    }
    subtract_order(into);
  }
}

unsigned scalar_bit(const scalar *of, unsigned index) {
  return of->word[index / 32] >> index % 32 & 1;
}
