#include "service.h"

#include "report.h"

bool service_answers(service *self, const packet *packet, uint16_t code, const void *value,
                     uint8_t length) {
  if (packet->command != (SERVICE_GET | code)) return false;
  report_send(self->index, packet->command, value, length);
  return true;
}

bool service_sets(const packet *packet, uint16_t code, uint32_t *value) {
  if (packet->command != (SERVICE_SET | code) || packet->length == 0) return false;
  *value = 0;
  for (unsigned i = 0; i < packet->length && i < sizeof *value; i++) {
    *value |= (uint32_t)packet->payload[i] << 8 * i;
  }
  return true;
}
