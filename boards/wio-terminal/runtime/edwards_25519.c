#include "edwards_25519.h"

static const field zero = {{0}}, one = {{1}};
static const field d = {{0x135978a3, 0x75eb4dca, 0x4141d8ab, 0x00700a4d, 0x7779e898, 0x8cc74079,
                         0x2b6ffe73, 0x52036cee}};
static const field root_of_minus_one = {{0x4a0ea0b0, 0xc4ee1b27, 0xad2fe478, 0x2f431806, 0x3dfbd7a7,
                                         0x2b4d0099, 0x4fc1df0b, 0x2b832480}};

const edwards_point edwards_neutral = {.y = {{1}}, .z = {{1}}};

/* RFC 8032, 5.1.3: x = u v^3 (u v^7)^((p-5)/8), or this times the root of -1, with x^2 = u/v. */
static bool find_x(field *x, const field *y) {
  field u, v, v3, check;
  field_multiply(&u, y, y);
  field_multiply(&v, &u, &d);
  field_subtract(&u, &u, &one);
  field_add(&v, &v, &one);
  field_multiply(&v3, &v, &v);
  field_multiply(&v3, &v3, &v);
  field_multiply(x, &v3, &v3);
  field_multiply(x, x, &v);
  field_multiply(x, x, &u);
  field_power(x, x, 252, 3); /* (p-5)/8 */
  field_multiply(x, x, &v3);
  field_multiply(x, x, &u);
  field_multiply(&check, x, x);
  field_multiply(&check, &check, &v);
  if (field_equal(&check, &u)) return true;
  field_multiply(x, x, &root_of_minus_one);
  field_add(&check, &check, &u);
  return field_equal(&check, &zero);
}

static unsigned sign_of(const field *x) {
  uint8_t bytes[FIELD_BYTES];
  field_encode(bytes, x);
  return bytes[0] & 1;
}

bool edwards_decode(edwards_point *into, const uint8_t bytes[EDWARDS_BYTES]) {
  if (!field_decode(&into->y, bytes) || !find_x(&into->x, &into->y)) return false;
  const unsigned sign = bytes[EDWARDS_BYTES - 1] >> 7;
  if (sign && field_equal(&into->x, &zero)) return false;
  if (sign != sign_of(&into->x)) field_subtract(&into->x, &zero, &into->x);
  into->z = one;
  field_multiply(&into->t, &into->x, &into->y);
  return true;
}

void edwards_encode(uint8_t into[EDWARDS_BYTES], const edwards_point *of) {
  field inverse, x, y;
  field_power(&inverse, &of->z, 255, 21); /* z to the power p - 2 is 1 / z */
  field_multiply(&x, &of->x, &inverse);
  field_multiply(&y, &of->y, &inverse);
  field_encode(into, &y);
  into[EDWARDS_BYTES - 1] |= (uint8_t)(sign_of(&x) << 7);
}

/* The last steps, which both formulas of RFC 8032, 5.1.4, have in common. */
static void finish(edwards_point *into, const field *e, const field *f, const field *g,
                   const field *h) {
  field_multiply(&into->x, e, f);
  field_multiply(&into->y, g, h);
  field_multiply(&into->t, e, h);
  field_multiply(&into->z, f, g);
}

void edwards_add(edwards_point *into, const edwards_point *a, const edwards_point *b) {
  field e, f, g, h, c;
  field_subtract(&e, &a->y, &a->x);
  field_subtract(&f, &b->y, &b->x);
  field_multiply(&g, &e, &f); /* A */
  field_add(&e, &a->y, &a->x);
  field_add(&f, &b->y, &b->x);
  field_multiply(&h, &e, &f); /* B */
  field_subtract(&e, &h, &g);
  field_add(&h, &h, &g);
  field_multiply(&c, &a->t, &b->t);
  field_multiply(&c, &c, &d);
  field_add(&c, &c, &c);
  field_multiply(&g, &a->z, &b->z);
  field_add(&g, &g, &g); /* D */
  field_subtract(&f, &g, &c);
  field_add(&g, &g, &c);
  finish(into, &e, &f, &g, &h);
}

void edwards_double(edwards_point *into, const edwards_point *of) {
  field e, f, g, h, c;
  field_multiply(&e, &of->x, &of->x); /* A */
  field_multiply(&f, &of->y, &of->y); /* B */
  field_multiply(&c, &of->z, &of->z);
  field_add(&c, &c, &c);
  field_add(&h, &e, &f);
  field_subtract(&g, &e, &f);
  field_add(&e, &of->x, &of->y);
  field_multiply(&e, &e, &e);
  field_subtract(&e, &h, &e);
  field_add(&f, &c, &g);
  finish(into, &e, &f, &g, &h);
}

void edwards_negate(edwards_point *of) {
  field_subtract(&of->x, &zero, &of->x);
  field_subtract(&of->t, &zero, &of->t);
}
