/*
 * The coprocessor's calls for joining a network (seeed-ambd-firmware erpc_idl), and their
 * deadlines. The deadlines are this project's choice, because no known driver has any.
 */
#ifndef WIFI_CALLS_H
#define WIFI_CALLS_H

#include <stdint.h>

#include "erpc_client.h"

enum { WIFI_CALL_VERSION = 1 };
enum {
  WIFI_CALL_CONNECT = 1,
  WIFI_CALL_DISCONNECT = 3,
  WIFI_CALL_IS_CONNECTED = 4,
  WIFI_CALL_ON = 27,
  WIFI_CALL_OFF = 28
};
enum {
  WIFI_CALL_ADAPTER_INIT = 1,
  WIFI_CALL_ADAPTER_GET_IP_INFO = 7,
  WIFI_CALL_ADAPTER_DHCP_START = 13
};

enum { WIFI_MODE_STATION = 1, WIFI_INTERFACE_STATION = 0 };
enum { WIFI_SECURITY_OPEN = 0, WIFI_SECURITY_WPA2_AES = 0x00400004 };

/* Firmware 2.1.2 and later uses WIFI_BAUD; 2.0.0 to 2.1.1 used WIFI_BAUD_OF_OLD. */
enum { WIFI_BAUD = 614400, WIFI_BAUD_OF_OLD = 1843200 };

enum {
  WIFI_DEADLINE_VERSION_MS = 300,
  /*
   * The deadline of a call that does not wait for the network. How long such a call takes is not
   * documented. The deadline is long, because one task with a lower priority than the radio's
   * serves all calls, and a call that times out costs the connection.
   */
  WIFI_DEADLINE_MS = 6000,
  /*
   * The deadlines below exceed the firmware's own timeouts: up to 20 s for radio and network, and
   * 62 s for an address, in six requests with doubled waits (seeed-ambd-sdk wifi_conf.c,
   * lwip_netconf.c).
   */
  WIFI_DEADLINE_RADIO_MS = 25000,
  WIFI_DEADLINE_CONNECT_MS = 25000,
  WIFI_DEADLINE_DHCP_MS = 75000
};

enum {
  WIFI_POWER_OFF_MS = 100,
  WIFI_POWER_ON_MS = 200,
  WIFI_PROBE_EVERY_MS = 200,
  WIFI_PROBES = 15,
  WIFI_PROBES_OF_OLD = 3,
  WIFI_WATCH_EVERY_MS = 5000,
  WIFI_WATCH_AGAIN_MS = 1000,
  WIFI_WATCH_MISSES = 3, /* consecutive failed checks after which the network counts as lost */
  WIFI_JOINS_PER_POWER_UP = 4,
  WIFI_RETRY_FIRST_MS = 1000,
  /* The longest pause, short enough to find a network that is up only for a minute at a time. */
  WIFI_RETRY_MAX_MS = 20000
};

/* Submits a call without arguments, or with one u32. */
void wifi_call(uint8_t service, uint8_t function, uint32_t deadline_ms, erpc_done done);
void wifi_call_u32(uint8_t service, uint8_t function, uint32_t argument, uint32_t deadline_ms,
                   erpc_done done);

/* Joins a network. A null password means an open network. */
void wifi_call_join(const char *ssid, const char *password, erpc_done done);

/* The i32 result of a call; -1 if there was no reply. */
int32_t wifi_call_result(erpc_reader *reply);

/* Reads a text of the reply, cut to `space` bytes with a final zero. */
void wifi_call_text(erpc_reader *reply, char *into, uint32_t space);

#endif
