#include "history.h"

static uint16_t samples[HISTORY_SAMPLES];
static unsigned count, next;
static uint64_t due_micros;

void history_step(uint64_t now_micros, uint16_t light) {
  if (now_micros < due_micros) return;
  due_micros = now_micros + HISTORY_INTERVAL_MICROS;
  samples[next] = light;
  next = (next + 1) % HISTORY_SAMPLES;
  if (count < HISTORY_SAMPLES) count++;
}

unsigned history_count(void) { return count; }

uint16_t history_at(unsigned age) {
  return samples[(next + 2 * HISTORY_SAMPLES - 1 - age) % HISTORY_SAMPLES];
}
