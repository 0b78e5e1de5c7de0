#include "outgoing.h"

/* The buffer's size: room for a burst of some dozen reports after an outage. */
enum { OUTGOING_SIZE = 8192 };

static uint8_t ring[OUTGOING_SIZE];
static uint32_t first, used;

bool outgoing_add(const uint8_t *bytes, uint32_t length) {
  if (length > OUTGOING_SIZE - used) return false;
  for (uint32_t i = 0; i < length; i++) ring[(first + used + i) % OUTGOING_SIZE] = bytes[i];
  used += length;
  return true;
}

uint32_t outgoing_length(void) { return used; }

uint32_t outgoing_peek(const uint8_t **bytes, uint32_t limit) {
  uint32_t length = OUTGOING_SIZE - first;
  if (length > used) length = used;
  if (length > limit) length = limit;
  *bytes = ring + first;
  return length;
}

void outgoing_drop(uint32_t length) {
  if (length > used) length = used;
  first = (first + length) % OUTGOING_SIZE;
  used -= length;
}

void outgoing_clear(void) { first = used = 0; }
