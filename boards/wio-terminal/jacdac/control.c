/* Service 0 of each device: who it is, and restarting it. */
#include <string.h>

#include "board.h"
#include "device.h"
#include "services.h"

enum { SERVICE_CLASS_CONTROL = 0 };
enum {
  COMMAND_SERVICES = 0x00,
  COMMAND_NOOP = 0x80,
  COMMAND_IDENTIFY = 0x81,
  COMMAND_RESET = 0x82
};
enum { REGISTER_DEVICE_DESCRIPTION = 0x180, REGISTER_UPTIME = 0x186 };

static const char description[] = "Wio Terminal";

static bool control_handle(service *self, const packet *packet) {
  const uint64_t uptime_micros = board_micros();
  switch (packet->command) {
    case COMMAND_SERVICES: /* the announcement comes twice a second anyway */
    case COMMAND_NOOP:
    case COMMAND_IDENTIFY:
      return true;
    case COMMAND_RESET:
      board_reset();
    default:
      return service_answers(self, packet, REGISTER_DEVICE_DESCRIPTION, description,
                             sizeof description - 1) ||
             service_answers(self, packet, REGISTER_UPTIME, &uptime_micros, sizeof uptime_micros);
  }
}

service control_service = {
    .service_class = SERVICE_CLASS_CONTROL,
    .handle = control_handle,
};
