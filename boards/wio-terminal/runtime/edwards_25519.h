/*
 * Points of the curve of Ed25519 (RFC 8032, section 5.1): -x^2 + y^2 = 1 + d x^2 y^2, as (X, Y, Z,
 * T) with x = X/Z, y = Y/Z, x y = T/Z.
 */
#ifndef EDWARDS_25519_H
#define EDWARDS_25519_H

#include <stdbool.h>
#include <stdint.h>

#include "field_25519.h"

enum { EDWARDS_BYTES = 32 };

typedef struct {
  field x, y, z, t;
} edwards_point;

/* Returns false if the bytes are no point, or not the point's only valid encoding. */
bool edwards_decode(edwards_point *into, const uint8_t bytes[EDWARDS_BYTES]);
void edwards_encode(uint8_t into[EDWARDS_BYTES], const edwards_point *of);

/* Each result may be one of the operands. */
void edwards_add(edwards_point *into, const edwards_point *a, const edwards_point *b);
void edwards_double(edwards_point *into, const edwards_point *of);
void edwards_negate(edwards_point *of);

extern const edwards_point edwards_neutral;

#endif
