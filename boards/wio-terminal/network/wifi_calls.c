#include "wifi_calls.h"

#include <string.h>

void wifi_call(uint8_t service, uint8_t function, uint32_t deadline_ms, erpc_done done) {
  erpc_begin(service, function);
  erpc_submit(deadline_ms, done);
}

void wifi_call_u32(uint8_t service, uint8_t function, uint32_t argument, uint32_t deadline_ms,
                   erpc_done done) {
  erpc_put_u32(erpc_begin(service, function), argument);
  erpc_submit(deadline_ms, done);
}

void wifi_call_join(const char *ssid, const char *password, erpc_done done) {
  erpc_writer *const arguments = erpc_begin(ERPC_WIFI, WIFI_CALL_CONNECT);
  erpc_put_text(arguments, ssid);
  erpc_put_nullable_text(arguments, password);
  erpc_put_u32(arguments, password ? WIFI_SECURITY_WPA2_AES : WIFI_SECURITY_OPEN);
  erpc_put_u32(arguments, (uint32_t)-1); /* key index: none */
  erpc_put_u32(arguments, 0);            /* semaphore: unused */
  erpc_submit(WIFI_DEADLINE_CONNECT_MS, done);
}

int32_t wifi_call_result(erpc_reader *reply) {
  if (!reply) return -1;
  const int32_t result = (int32_t)erpc_get_u32(reply);
  return reply->failed ? -1 : result;
}

void wifi_call_text(erpc_reader *reply, char *into, uint32_t space) {
  uint32_t length;
  const uint8_t *const text = erpc_get_binary(reply, &length);
  if (length > space - 1) length = space - 1;
  memcpy(into, text, length);
  into[length] = 0;
}
