/* Tests the vectors of RFC 8032 (section 7.1), and invalid signatures. */
#include "ed25519.h"

#include "check.h"
#include "sha512.h"

typedef struct {
  const char *key, *message, *signature;
} vector;

/* Tests 1 to 3 and the test SHA(abc) of RFC 8032, 7.1. */
static const vector vectors[] = {
    {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
     "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"},
};

static uint8_t key[ED25519_KEY_BYTES], signature[ED25519_SIGNATURE_BYTES], message[65];

static size_t read_hex(uint8_t *into, const char *hex) {
  const size_t length = strlen(hex) / 2;
  for (size_t i = 0; i < length; i++) {
    unsigned byte;
    CHECK(sscanf(hex + 2 * i, "%2x", &byte) == 1);
    into[i] = (uint8_t)byte;
  }
  return length;
}

static size_t take(const vector *from) {
  CHECK(read_hex(key, from->key) == sizeof key);
  CHECK(read_hex(signature, from->signature) == sizeof signature);
  return read_hex(message, from->message);
}

static void check_vectors(void) {
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    const size_t length = take(&vectors[i]);
    CHECK(ed25519_verify(key, signature, message, length));
    CHECK(!ed25519_verify(key, signature, message, length + 1));
  }
}

static void check_flipped(uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    const uint8_t bit = (uint8_t)(1u << i % 8);
    bytes[i] ^= bit;
    CHECK(!ed25519_verify(key, signature, message, 2));
    bytes[i] ^= bit;
  }
}

static void check_flipped_bits(void) {
  CHECK(take(&vectors[2]) == 2);
  check_flipped(key, sizeof key);
  check_flipped(signature, sizeof signature);
  check_flipped(message, 2);
  CHECK(ed25519_verify(key, signature, message, 2));
}

/*
 * S + L gives the same point as S. If S + L were accepted, a message would have two valid
 * signatures.
 */
static void check_malleable(void) {
  static const uint8_t order[] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                  0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                  0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  const size_t length = take(&vectors[0]);
  for (unsigned i = 0, carry = 0; i < sizeof order; i++) {
    carry += signature[32 + i] + (unsigned)order[i];
    signature[32 + i] = (uint8_t)carry;
    carry >>= 8;
  }
  CHECK(!ed25519_verify(key, signature, message, length));
}

/*
 * If the key is the neutral point, S = 0 and R = the neutral point sign any message. The point has
 * only one encoding, y = 1. With y = p + 1, or a sign on x = 0, it must be refused.
 */
static void check_other_encodings(void) {
  memset(key, 0, sizeof key);
  memset(signature, 0, sizeof signature);
  key[0] = signature[0] = 1;
  CHECK(ed25519_verify(key, signature, message, 3));
  uint8_t *const points[] = {key, signature};
  for (unsigned i = 0; i < 2; i++) {
    uint8_t *const point = points[i];
    point[31] = 0x80;
    CHECK(!ed25519_verify(key, signature, message, 3));
    memset(point, 0xff, 32);
    point[0] = 0xee;
    point[31] = 0x7f;
    CHECK(!ed25519_verify(key, signature, message, 3));
    memset(point, 0, 32);
    point[0] = 1;
  }
  key[0] = 2; /* no point has this y */
  CHECK(!ed25519_verify(key, signature, message, 3));
}

/* The example of FIPS 180-4, and an empty message. */
static void check_hash(void) {
  static const char *const texts[] = {"", "abc"};
  static const char *const digests[] = {
      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
      "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  };
  for (unsigned i = 0; i < 2; i++) {
    sha512 hash;
    uint8_t digest[SHA512_BYTES], expected[SHA512_BYTES];
    sha512_begin(&hash);
    sha512_add(&hash, (const uint8_t *)texts[i], strlen(texts[i]));
    sha512_end(&hash, digest);
    read_hex(expected, digests[i]);
    CHECK_BYTES(digest, expected, sizeof digest);
  }
}

int main(void) {
  check_vectors();
  check_flipped_bits();
  check_malleable();
  check_other_encodings();
  check_hash();
  return all_checked();
}
