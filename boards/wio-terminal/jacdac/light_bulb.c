/* The LED as a light bulb. Brightness is u0.16: 0 is off, 65535 full on. */
#include "board.h"
#include "services.h"

#define SERVICE_CLASS_LIGHT_BULB 0x1cab054cu

enum { REGISTER_BRIGHTNESS = 0x001, REGISTER_DIMMABLE = 0x180 };

static uint16_t brightness;

static bool light_bulb_handle(service *self, const packet *packet) {
  const uint8_t dimmable = 1;
  uint32_t value;
  if (service_sets(packet, REGISTER_BRIGHTNESS, &value)) {
    brightness = (uint16_t)value;
    board_led(brightness);
    return true;
  }
  return service_answers(self, packet, REGISTER_BRIGHTNESS, &brightness, sizeof brightness) ||
         service_answers(self, packet, REGISTER_DIMMABLE, &dimmable, sizeof dimmable);
}

service light_bulb_service = {
    .service_class = SERVICE_CLASS_LIGHT_BULB,
    .name = "LED",
    .handle = light_bulb_handle,
};
