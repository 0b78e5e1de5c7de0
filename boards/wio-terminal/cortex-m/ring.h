/* A queue of bytes between an interrupt and the loop: one side puts, the other takes. */
#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint8_t *bytes;
  uint16_t size;          /* one byte more than the ring can hold */
  volatile uint16_t head; /* written only by the side that puts */
  volatile uint16_t tail; /* written only by the side that takes */
} ring;

/* The initializer of a static ring over an array. */
#define RING(array) {.bytes = (array), .size = sizeof(array)}

static inline uint16_t ring_next(const ring *ring, uint16_t place) {
  return (uint16_t)((place + 1) % ring->size);
}

static inline bool ring_is_full(const ring *ring) {
  return ring_next(ring, ring->head) == ring->tail;
}

static inline bool ring_put(ring *ring, uint8_t byte) {
  if (ring_is_full(ring)) return false;
  ring->bytes[ring->head] = byte;
  ring->head = ring_next(ring, ring->head);
  return true;
}

static inline bool ring_take(ring *ring, uint8_t *byte) {
  if (ring->tail == ring->head) return false;
  *byte = ring->bytes[ring->tail];
  ring->tail = ring_next(ring, ring->tail);
  return true;
}

/* Discards all bytes. Only the side that takes may call this. */
static inline void ring_clear(ring *ring) { ring->tail = ring->head; }

#endif
