#include "ed25519.h"

#include <string.h>

#include "edwards_25519.h"
#include "scalar_25519.h"
#include "sha512.h"

/* The encoded base point: y = 4/5, and the even x. */
static const uint8_t base_bytes[EDWARDS_BYTES] = {
    0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
    0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
};

static void hash_challenge(scalar *into, const uint8_t *key, const uint8_t *signature,
                           const uint8_t *message, size_t length) {
  sha512 hash;
  uint8_t digest[SHA512_BYTES];
  sha512_begin(&hash);
  sha512_add(&hash, signature, EDWARDS_BYTES);
  sha512_add(&hash, key, ED25519_KEY_BYTES);
  sha512_add(&hash, message, length);
  sha512_end(&hash, digest);
  scalar_reduce(into, digest);
}

/* Computes a A + b B in one pass: each doubling serves both products (Straus 1964). */
static void multiply_both(edwards_point *into, const scalar *a, const edwards_point *A,
                          const scalar *b, const edwards_point *B) {
  edwards_point both;
  edwards_add(&both, A, B);
  const edwards_point *const choice[] = {NULL, A, B, &both};
  *into = edwards_neutral;
  for (unsigned bit = SCALAR_BITS; bit-- > 0;) {
    edwards_double(into, into);
    const unsigned which = scalar_bit(a, bit) | scalar_bit(b, bit) << 1;
    if (which) edwards_add(into, into, choice[which]);
  }
}

/*
 * Verifies as in RFC 8032, 5.1.7, but compares the bytes of R with those of S B - k A, so R needs
 * no decoding.
 */
bool ed25519_verify(const uint8_t key[ED25519_KEY_BYTES],
                    const uint8_t signature[ED25519_SIGNATURE_BYTES], const uint8_t *message,
                    size_t length) {
  edwards_point negated_key, base, sum;
  scalar s, challenge;
  if (!edwards_decode(&negated_key, key) || !edwards_decode(&base, base_bytes)) return false;
  if (!scalar_decode(&s, signature + EDWARDS_BYTES)) return false;
  edwards_negate(&negated_key);
  hash_challenge(&challenge, key, signature, message, length);
  multiply_both(&sum, &s, &base, &challenge, &negated_key);
  uint8_t found[EDWARDS_BYTES];
  edwards_encode(found, &sum);
  return memcmp(found, signature, sizeof found) == 0;
}
