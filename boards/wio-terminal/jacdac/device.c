#include "device.h"

#include <string.h>

#include "board.h"
#include "services.h"

/* Announcements are due every 500 ms; who is silent for 2 s has left the bus (specification). */
enum { ANNOUNCE_MICROS = 500000 };

enum { COMMAND_ANNOUNCE = 0x0000, SERVICE_ACKNOWLEDGE = 0x3f };

/* Announce flags: the restart counter in the low four bits, then what the device can do. */
enum { RESTARTS_MAX = 0xf, SUPPORTS_ACKNOWLEDGE = 0x100, SUPPORTS_SERVICE_CLASS = 0x200 };

/* An event's command: 0x8000, a counter of seven bits, the event's code. */
enum { COMMAND_EVENT = 0x8000 };

static service *const services[] = {
    &control_service,
    &light_level_service,
    &light_bulb_service,
    &button_services[BOARD_BUTTON_A],
    &button_services[BOARD_BUTTON_B],
    &button_services[BOARD_BUTTON_C],
    &wifi_service,
};
enum { SERVICES = sizeof services / sizeof services[0] };

static uint64_t own_id;
static uint64_t next_announce_micros;
static uint8_t announcements;
static uint8_t events;

void device_init(uint64_t id) {
  own_id = id;
  next_announce_micros = 0;
  announcements = 0;
  events = 0;
  for (uint8_t i = 0; i < SERVICES; i++) services[i]->index = i;
}

void device_report(uint8_t service, uint16_t command, const void *payload, uint8_t length) {
  const packet packet = {
      .service = service, .command = command, .length = length, .payload = payload};
  bus_send(own_id, 0, &packet);
}

void device_event(uint8_t service, uint8_t event, const void *payload, uint8_t length) {
  events = (events + 1) & 0x7f;
  device_report(service, (uint16_t)(COMMAND_EVENT | events << 8 | event), payload, length);
}

void device_acknowledge(uint64_t target, uint16_t crc) {
  if (target == own_id) device_report(SERVICE_ACKNOWLEDGE, crc, NULL, 0);
}

static void announce(void) {
  if (announcements < RESTARTS_MAX) announcements++;
  uint32_t payload[SERVICES];
  payload[0] = announcements | SUPPORTS_ACKNOWLEDGE | SUPPORTS_SERVICE_CLASS;
  for (unsigned i = 1; i < SERVICES; i++) payload[i] = services[i]->service_class;
  device_report(0, COMMAND_ANNOUNCE, payload, sizeof payload);
}

void device_step(uint64_t now_micros) {
  if (now_micros >= next_announce_micros) {
    next_announce_micros = now_micros + ANNOUNCE_MICROS;
    announce();
  }
  for (unsigned i = 0; i < SERVICES; i++) {
    if (services[i]->step) services[i]->step(services[i], now_micros);
  }
}

static void give(service *service, const packet *packet) {
  const char *const name = service->name;
  const uint8_t length = name ? (uint8_t)strlen(name) : 0;
  if (name && service_answers(service, packet, REGISTER_INSTANCE_NAME, name, length)) return;
  if (service->handle(service, packet)) return;
  const uint16_t refused[2] = {packet->command, 0};
  device_report(service->index, COMMAND_NOT_IMPLEMENTED, refused, sizeof refused);
}

void device_handle(uint64_t target, uint8_t flags, const packet *packet) {
  if (flags & FRAME_TO_SERVICE_CLASS) {
    for (unsigned i = 0; i < SERVICES; i++) {
      if (services[i]->service_class == (uint32_t)target) give(services[i], packet);
    }
  } else if (target == own_id && packet->service < SERVICES) {
    give(services[packet->service], packet);
  }
}
