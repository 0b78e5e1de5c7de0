/* Signatures by Ed25519 (RFC 8032, section 5.1): the check only. */
#ifndef ED25519_H
#define ED25519_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ED25519_KEY_BYTES = 32, ED25519_SIGNATURE_BYTES = 64 };

/*
 * Whether the holder of the public key signed the message. False, too, if the key or a part of the
 * signature does not stand as the standard writes it. Takes a time that depends on all of them, and
 * some 1,200 bytes of stack.
 */
bool ed25519_verify(const uint8_t key[ED25519_KEY_BYTES],
                    const uint8_t signature[ED25519_SIGNATURE_BYTES], const uint8_t *message,
                    size_t length);

#endif
