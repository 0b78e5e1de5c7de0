/* The three buttons on the upper edge. Each is a service. */
#include "board.h"
#include "report.h"
#include "sensor.h"
#include "services.h"

#define SERVICE_CLASS_BUTTON 0x1473a263u

enum { BUTTON_REGISTER_ANALOG = 0x180, BUTTON_REGISTER_PRESSED = 0x181 };
enum { BUTTON_EVENT_DOWN = 1, BUTTON_EVENT_UP = 2, BUTTON_EVENT_HOLD = 0x81 };

/*
 * The sampling interval exceeds the time for which a contact bounces. A hold event is sent every
 * half second.
 */
enum { BUTTON_SAMPLE_MICROS = 10000, BUTTON_HOLD_MS = 500 };

typedef struct {
  sensor sensor;
  unsigned pin;
  bool pressed;
  uint64_t pressed_at_micros;
  uint64_t next_sample_micros;
  uint32_t next_hold_ms;
} button;

static bool button_handle(service *self, const packet *packet) {
  button *const button = self->state;
  const uint8_t pressed = button->pressed;
  const uint8_t analog = 0;
  return service_answers(self, packet, BUTTON_REGISTER_PRESSED, &pressed, sizeof pressed) ||
         service_answers(self, packet, BUTTON_REGISTER_ANALOG, &analog, sizeof analog) ||
         sensor_handle(self, &button->sensor, packet, pressed ? 0xffff : 0);
}

static void button_step(service *self, uint64_t now_micros) {
  button *const button = self->state;
  sensor_step(self, &button->sensor, now_micros, button->pressed ? 0xffff : 0);
  if (now_micros < button->next_sample_micros) return;
  button->next_sample_micros = now_micros + BUTTON_SAMPLE_MICROS;

  const uint32_t held_ms = (uint32_t)((now_micros - button->pressed_at_micros) / 1000);
  const bool pressed = board_button_pressed(button->pin);
  if (pressed && !button->pressed) {
    button->pressed_at_micros = now_micros;
    button->next_hold_ms = BUTTON_HOLD_MS;
    report_event(self->index, BUTTON_EVENT_DOWN, NULL, 0);
  } else if (!pressed && button->pressed) {
    report_event(self->index, BUTTON_EVENT_UP, &held_ms, sizeof held_ms);
  } else if (pressed && held_ms >= button->next_hold_ms) {
    button->next_hold_ms += BUTTON_HOLD_MS;
    report_event(self->index, BUTTON_EVENT_HOLD, &held_ms, sizeof held_ms);
  }
  button->pressed = pressed;
}

static button buttons[BOARD_BUTTONS] = {
    {.pin = BOARD_BUTTON_A, .sensor.interval_ms = SENSOR_DEFAULT_INTERVAL_MS},
    {.pin = BOARD_BUTTON_B, .sensor.interval_ms = SENSOR_DEFAULT_INTERVAL_MS},
    {.pin = BOARD_BUTTON_C, .sensor.interval_ms = SENSOR_DEFAULT_INTERVAL_MS},
};

#define BUTTON_SERVICE(button_name, pin)     \
  {                                          \
      .service_class = SERVICE_CLASS_BUTTON, \
      .name = button_name,                   \
      .handle = button_handle,               \
      .step = button_step,                   \
      .state = &buttons[pin],                \
  }

service button_services[BOARD_BUTTONS] = {
    BUTTON_SERVICE("button A", BOARD_BUTTON_A),
    BUTTON_SERVICE("button B", BOARD_BUTTON_B),
    BUTTON_SERVICE("button C", BOARD_BUTTON_C),
};
