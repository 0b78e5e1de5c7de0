/* The control service, service 0 of each Jacdac device: describes and restarts the device. */
#include <string.h>

#include "board.h"
#include "services.h"

enum { SERVICE_CLASS_CONTROL = 0 };
enum {
  CONTROL_COMMAND_SERVICES = 0x00,
  CONTROL_COMMAND_NOOP = 0x80,
  CONTROL_COMMAND_IDENTIFY = 0x81,
  CONTROL_COMMAND_RESET = 0x82
};
enum { CONTROL_REGISTER_DEVICE_DESCRIPTION = 0x180, CONTROL_REGISTER_UPTIME = 0x186 };

static const char description[] = "Wio Terminal";

static bool control_handle(service *self, const packet *packet) {
  const uint64_t uptime_micros = board_micros();
  switch (packet->command) {
    case CONTROL_COMMAND_SERVICES: /* the services are announced twice a second anyway */
    case CONTROL_COMMAND_NOOP:
    case CONTROL_COMMAND_IDENTIFY:
      return true;
    case CONTROL_COMMAND_RESET:
      board_reset();
    default:
      return service_answers(self, packet, CONTROL_REGISTER_DEVICE_DESCRIPTION, description,
                             sizeof description - 1) ||
             service_answers(self, packet, CONTROL_REGISTER_UPTIME, &uptime_micros,
                             sizeof uptime_micros);
  }
}

service control_service = {
    .service_class = SERVICE_CLASS_CONTROL,
    .handle = control_handle,
};
