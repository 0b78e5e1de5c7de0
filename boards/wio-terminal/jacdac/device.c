#include "device.h"

#include <string.h>

#include "board.h"
#include "report.h"
#include "services.h"

/*
 * Announcements are due every 500 ms; a device that is silent for 2 s has left the bus
 * (specification).
 */
enum { DEVICE_ANNOUNCE_MICROS = 500000 };

enum { DEVICE_COMMAND_ANNOUNCE = 0x0000 };

/* Announce flags: the restart counter in the low four bits, then the device's capabilities. */
enum {
  DEVICE_RESTARTS_MAX = 0xf,
  DEVICE_SUPPORTS_ACKNOWLEDGE = 0x100,
  DEVICE_SUPPORTS_SERVICE_CLASS = 0x200
};

static service *const services[] = {
    &control_service,
    &light_level_service,
    &light_bulb_service,
    &button_services[BOARD_BUTTON_A],
    &button_services[BOARD_BUTTON_B],
    &button_services[BOARD_BUTTON_C],
    &wifi_service,
};
enum { DEVICE_SERVICES = sizeof services / sizeof services[0] };

static uint64_t own_id;
static uint64_t next_announce_micros;
static uint8_t announcements;

void device_init(uint64_t id) {
  own_id = id;
  next_announce_micros = 0;
  announcements = 0;
  report_init(id);
  for (uint8_t i = 0; i < DEVICE_SERVICES; i++) services[i]->index = i;
}

void device_acknowledge(uint64_t target, uint16_t crc) {
  if (target == own_id) report_send(REPORT_ACKNOWLEDGE, crc, NULL, 0);
}

static void announce(void) {
  if (announcements < DEVICE_RESTARTS_MAX) announcements++;
  uint32_t payload[DEVICE_SERVICES];
  payload[0] = announcements | DEVICE_SUPPORTS_ACKNOWLEDGE | DEVICE_SUPPORTS_SERVICE_CLASS;
  for (unsigned i = 1; i < DEVICE_SERVICES; i++) payload[i] = services[i]->service_class;
  report_send(0, DEVICE_COMMAND_ANNOUNCE, payload, sizeof payload);
}

void device_step(uint64_t now_micros) {
  if (now_micros >= next_announce_micros) {
    next_announce_micros = now_micros + DEVICE_ANNOUNCE_MICROS;
    announce();
  }
  for (unsigned i = 0; i < DEVICE_SERVICES; i++) {
    if (services[i]->step) services[i]->step(services[i], now_micros);
  }
}

static void give(service *service, const packet *packet) {
  const char *const name = service->name;
  const uint8_t length = name ? (uint8_t)strlen(name) : 0;
  if (name && service_answers(service, packet, SERVICE_REGISTER_INSTANCE_NAME, name, length))
    return;
  if (service->handle(service, packet)) return;
  const uint16_t refused[2] = {packet->command, 0};
  report_send(service->index, SERVICE_NOT_IMPLEMENTED, refused, sizeof refused);
}

void device_handle(uint64_t target, uint8_t flags, const packet *packet) {
  if (flags & BUS_TO_SERVICE_CLASS) {
    for (unsigned i = 0; i < DEVICE_SERVICES; i++) {
      if (services[i]->service_class == (uint32_t)target) give(services[i], packet);
    }
  } else if (target == own_id && packet->service < DEVICE_SERVICES) {
    give(services[packet->service], packet);
  }
}
