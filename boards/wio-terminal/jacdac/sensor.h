/*
 * Streaming, which all sensors have in common. A listener requests a number of readings, which are
 * sent at an interval. To continue, the listener requests more before the last reading is sent.
 */
#ifndef SENSOR_H
#define SENSOR_H

#include "service.h"

typedef struct {
  uint32_t interval_ms;
  uint32_t samples_left;
  uint64_t next_micros;
} sensor;

enum { SENSOR_DEFAULT_INTERVAL_MS = 50 };

bool sensor_handle(service *self, sensor *sensor, const packet *packet, uint16_t reading);
void sensor_step(service *self, sensor *sensor, uint64_t now_micros, uint16_t reading);

#endif
