/*
 * The Wi-Fi service, through which the DeviceScript tools set the board's network. The passphrase
 * can be written but not read. The coprocessor is not asked to scan, so if several networks are
 * added, only the last one is kept.
 */
#include <string.h>

#include "credentials.h"
#include "services.h"
#include "wifi.h"

#define SERVICE_CLASS_WIFI 0x18aae1fau

enum {
  WIFI_COMMAND_ADD_NETWORK = 0x81,
  WIFI_COMMAND_RECONNECT = 0x82,
  WIFI_COMMAND_FORGET_NETWORK = 0x83,
  WIFI_COMMAND_FORGET_ALL_NETWORKS = 0x84
};
enum {
  WIFI_REGISTER_ENABLED = 0x001,
  WIFI_REGISTER_IP_ADDRESS = 0x181,
  WIFI_REGISTER_SSID = 0x183
};

/*
 * Adds a network. The payload is its name and its passphrase, each with a final zero. The last zero
 * may be missing.
 */
static void add_network(const packet *packet) {
  char text[CREDENTIALS_SSID_MAX + CREDENTIALS_PASSPHRASE_MAX + 3] = "";
  const size_t length = packet->length < sizeof text ? packet->length : sizeof text - 1;
  memcpy(text, packet->payload, length);
  const size_t name_length = strlen(text);
  if (name_length == 0 || packet->length > length) return;
  credentials_set(text, name_length < length ? text + name_length + 1 : NULL);
}

static bool is_known(const packet *packet) {
  const char *const ssid = credentials_ssid();
  return ssid && packet->length == strlen(ssid) &&
         memcmp(packet->payload, ssid, packet->length) == 0;
}

static bool wifi_handle(service *self, const packet *packet) {
  const uint8_t enabled = wifi_is_configured();
  const char *const ssid = wifi_is_up() ? credentials_ssid() : "";
  switch (packet->command) {
    case WIFI_COMMAND_ADD_NETWORK:
      add_network(packet);
      return true;
    case WIFI_COMMAND_RECONNECT:
      wifi_use(credentials_ssid(), credentials_passphrase());
      return true;
    case WIFI_COMMAND_FORGET_NETWORK:
      if (is_known(packet)) credentials_set(NULL, NULL);
      return true;
    case WIFI_COMMAND_FORGET_ALL_NETWORKS:
      credentials_set(NULL, NULL);
      return true;
    default:
      return service_answers(self, packet, WIFI_REGISTER_ENABLED, &enabled, sizeof enabled) ||
             service_answers(self, packet, WIFI_REGISTER_IP_ADDRESS, wifi_address(),
                             wifi_is_up() ? 4 : 0) ||
             service_answers(self, packet, WIFI_REGISTER_SSID, ssid,
                             ssid ? (uint8_t)strlen(ssid) : 0);
  }
}

service wifi_service = {
    .service_class = SERVICE_CLASS_WIFI,
    .name = "Wi-Fi",
    .handle = wifi_handle,
};
