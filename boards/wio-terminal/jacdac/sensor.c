#include "sensor.h"

#include "report.h"

/*
 * The limits of the interval, as in Jacdac's own C implementation (jacdac-c, services/jd_sensor.c).
 */
enum { SENSOR_INTERVAL_MIN_MS = 20, SENSOR_INTERVAL_MAX_MS = 100000 };

enum { SENSOR_STATUS_READY = 0 };

bool sensor_handle(service *self, sensor *sensor, const packet *packet, uint16_t reading) {
  const uint8_t samples = (uint8_t)sensor->samples_left;
  const uint32_t status = SENSOR_STATUS_READY;
  uint32_t value;
  if (service_sets(packet, SERVICE_REGISTER_STREAMING_SAMPLES, &value)) {
    sensor->samples_left = value & 0xff;
    return true;
  }
  if (service_sets(packet, SERVICE_REGISTER_STREAMING_INTERVAL, &value)) {
    if (value < SENSOR_INTERVAL_MIN_MS) value = SENSOR_INTERVAL_MIN_MS;
    if (value > SENSOR_INTERVAL_MAX_MS) value = SENSOR_INTERVAL_MAX_MS;
    sensor->interval_ms = value;
    return true;
  }
  return service_answers(self, packet, SERVICE_REGISTER_READING, &reading, sizeof reading) ||
         service_answers(self, packet, SERVICE_REGISTER_STREAMING_SAMPLES, &samples,
                         sizeof samples) ||
         service_answers(self, packet, SERVICE_REGISTER_STREAMING_INTERVAL, &sensor->interval_ms,
                         sizeof sensor->interval_ms) ||
         service_answers(self, packet, SERVICE_REGISTER_STATUS_CODE, &status, sizeof status);
}

void sensor_step(service *self, sensor *sensor, uint64_t now_micros, uint16_t reading) {
  if (sensor->samples_left == 0 || now_micros < sensor->next_micros) return;
  sensor->next_micros = now_micros + (uint64_t)sensor->interval_ms * 1000;
  sensor->samples_left--;
  report_send(self->index, SERVICE_GET | SERVICE_REGISTER_READING, &reading, sizeof reading);
}
