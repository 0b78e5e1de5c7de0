/* Verifies Ed25519 signatures (RFC 8032, section 5.1). */
#ifndef ED25519_H
#define ED25519_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ED25519_KEY_BYTES = 32, ED25519_SIGNATURE_BYTES = 64 };

/*
 * Whether the holder of the public key signed the message. Also false if the key or a part of the
 * signature is not encoded as the standard requires. Uses some 1,200 bytes of stack. The time
 * depends on the key, the signature and the message, so all of them must be public.
 */
bool ed25519_verify(const uint8_t key[ED25519_KEY_BYTES],
                    const uint8_t signature[ED25519_SIGNATURE_BYTES], const uint8_t *message,
                    size_t length);

#endif
