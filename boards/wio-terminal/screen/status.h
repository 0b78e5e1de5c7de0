/*
 * The data that the screen shows. Texts are never null, and stay valid until the next status_read.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stdint.h>

/* The state of Wi-Fi or of the connection to the broker. */
typedef enum { STATUS_LINK_DOWN, STATUS_LINK_STARTING, STATUS_LINK_UP } link_state;

typedef struct {
  uint16_t light; /* 0..LIGHT_MAX, as in telemetry */
  bool led_on;
  bool led_is_manual; /* a button has switched the LED since the program last set it */

  /* The rule that the device uses without a server; -1 if it has none. */
  int threshold;
  bool on_above;

  /* Who decides, and how many readings are waiting. */
  char decided[24];
  char outbox[24];

  const char *to_do; /* the next step of a calibration; empty if there is none */
  const char *id;
  const char *version;
  bool is_in_trial;
  const char *taken_back; /* why the last program was taken back; empty if it was not */
  const char *last_reset;

  link_state wifi;
  const char *wifi_name;
  const char *wifi_problem; /* empty if there is none */
  uint8_t address[4];       /* the board's IPv4 address */

  link_state broker;
  const char *broker_host;
  uint16_t broker_port;
  const char *broker_problem; /* empty if there is none */

  uint32_t connections; /* connections to the broker since the start */
  uint32_t sent_bytes, received_bytes;
  uint32_t uptime_s;
  uint32_t heap_used_bytes, heap_bytes;
} status;

/* Reads the state of the board. */
void status_read(status *into, uint64_t now_micros);

#endif
