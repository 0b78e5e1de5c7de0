/* The light sensor. A reading is u0.16: 0 is dark, 65535 full scale. */
#include "board.h"
#include "sensor.h"
#include "services.h"

#define SERVICE_CLASS_LIGHT_LEVEL 0x17dc9a1cu

/* LightLevelVariant.ReverseBiasedLED: the Wio Terminal's sensor is a reverse-biased photodiode. */
enum { LIGHT_LEVEL_REVERSE_BIASED_LED = 2 };

static sensor light = {.interval_ms = SENSOR_DEFAULT_INTERVAL_MS};

static bool light_level_handle(service *self, const packet *packet) {
  const uint8_t variant = LIGHT_LEVEL_REVERSE_BIASED_LED;
  return service_answers(self, packet, SERVICE_REGISTER_VARIANT, &variant, sizeof variant) ||
         sensor_handle(self, &light, packet, board_light());
}

static void light_level_step(service *self, uint64_t now_micros) {
  sensor_step(self, &light, now_micros, board_light());
}

service light_level_service = {
    .service_class = SERVICE_CLASS_LIGHT_LEVEL,
    .name = "light sensor",
    .handle = light_level_handle,
    .step = light_level_step,
};
