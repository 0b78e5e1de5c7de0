#include "report.h"

#include "bus.h"

/* The command of an event: 0x8000, a counter of seven bits, and the event's code. */
enum { COMMAND_EVENT = 0x8000 };

static uint64_t own_id;
static uint8_t events;

void report_init(uint64_t device) {
  own_id = device;
  events = 0;
}

void report_send(uint8_t service, uint16_t command, const void *payload, uint8_t length) {
  const packet packet = {
      .service = service, .command = command, .length = length, .payload = payload};
  bus_send(own_id, 0, &packet);
}

void report_event(uint8_t service, uint8_t event, const void *payload, uint8_t length) {
  events = (events + 1) & 0x7f;
  report_send(service, (uint16_t)(COMMAND_EVENT | events << 8 | event), payload, length);
}
