/* The LED as a light bulb. Brightness is u0.16: 0 is off, 65535 full on. */
#include "light_bulb.h"

#include "board.h"
#include "services.h"

#define SERVICE_CLASS_LIGHT_BULB 0x1cab054cu

enum { LIGHT_BULB_REGISTER_BRIGHTNESS = 0x001, LIGHT_BULB_REGISTER_DIMMABLE = 0x180 };

enum { LIGHT_BULB_FULL = 65535 };

static uint16_t brightness;
static bool is_manual;

static void set(uint16_t value, bool manual) {
  brightness = value;
  is_manual = manual;
  board_led(brightness);
}

bool light_bulb_is_on(void) { return brightness > 0; }
bool light_bulb_is_manual(void) { return is_manual; }
void light_bulb_turn_over(void) { set(brightness > 0 ? 0 : LIGHT_BULB_FULL, true); }

static bool light_bulb_handle(service *self, const packet *packet) {
  const uint8_t dimmable = 1;
  uint32_t value;
  if (service_sets(packet, LIGHT_BULB_REGISTER_BRIGHTNESS, &value)) {
    set((uint16_t)value, false);
    return true;
  }
  return service_answers(self, packet, LIGHT_BULB_REGISTER_BRIGHTNESS, &brightness,
                         sizeof brightness) ||
         service_answers(self, packet, LIGHT_BULB_REGISTER_DIMMABLE, &dimmable, sizeof dimmable);
}

service light_bulb_service = {
    .service_class = SERVICE_CLASS_LIGHT_BULB,
    .name = "LED",
    .handle = light_bulb_handle,
};
