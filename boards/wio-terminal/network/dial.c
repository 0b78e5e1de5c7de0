/*
 * Opens a connection from a host's name, one call at a time. The connect does not block: the
 * coprocessor serves one call at a time, so a connect that waits for a dead host would stop the
 * whole link for minutes (rpcWiFi issue 29).
 */
#include "dial.h"

#include <string.h>

#include "address.h"
#include "connection.h"
#include "lwip.h"
#include "wifi.h"

enum {
  DIAL_RESOLVE_DEADLINE_MS = 20000,
  DIAL_CONNECT_PATIENCE_MS = 15000,
  DIAL_CONNECT_POLL_MS = 50
};

enum { DIAL_REFUSALS_MAX = 3, DIAL_UNREACHED_MAX = 5 };

/* Tries in a row for which the coprocessor had no free socket. */
static unsigned refusals;

/* Tries in a row without any answer from the other side, not even a refusal. */
static unsigned unreached;

/* The coprocessor may report a network through which nothing passes. */
static void not_reached(const char *why) {
  connection_end(why);
  if (++unreached < DIAL_UNREACHED_MAX) return;
  unreached = 0;
  wifi_restart("no host reachable");
}

static void reached(void) {
  unreached = 0;
  connection_opened();
}

static void ask_name_or_create(void) {
  connection_go(connection.address ? CONNECTION_CREATE : CONNECTION_RESOLVE, 0);
}

void dial_wait(void) {
  if (connection.tls) {
    connection_end("TLS is not supported on this board");
  } else if (!wifi_is_configured()) {
    connection_end("no Wi-Fi network configured");
  } else if (wifi_is_up()) {
    connection.generation = wifi_generation();
    connection.address = address_parse(connection.host);
    connection.sent_last = false;
    connection.give_up_micros = connection.now + DIAL_CONNECT_PATIENCE_MS * 1000ull;
    if (connection.handle >= 0) connection_go(CONNECTION_CLOSE_OLD, 0);
    else ask_name_or_create();
  } else if (connection.now >= connection.give_up_micros) {
    connection_end("no Wi-Fi");
  }
}

/* A coprocessor that restarted meanwhile reports an unknown handle; that is as good as closed. */
static void old_closed(erpc_reader *reply) {
  if (reply && !reply->failed) connection.handle = -1;
  if (connection_answered(reply)) ask_name_or_create();
}

static void named(erpc_reader *reply) {
  if (!connection_answered(reply)) return;
  uint32_t length;
  const uint8_t *const address = erpc_get_binary(reply, &length);
  const int8_t result = (int8_t)erpc_get_u8(reply);
  if (connection_garbled(reply)) return;
  if (result != 0 || length != sizeof connection.address) {
    not_reached("host not found");
    return;
  }
  memcpy(&connection.address, address, sizeof connection.address);
  connection_go(CONNECTION_CREATE, 0);
}

/* Keep the handle even if nobody wants the connection any more: it must be closed. */
static void created(erpc_reader *reply) {
  const int32_t handle = reply ? (int32_t)erpc_get_u32(reply) : -1;
  if (reply && !reply->failed) connection.handle = handle;
  if (!connection_answered(reply)) return;
  if (handle >= 0) {
    refusals = 0;
    connection_go(CONNECTION_NO_DELAY, 0);
    return;
  }
  connection_end("no free socket");
  if (++refusals < DIAL_REFUSALS_MAX) {
    wifi_suspect();
  } else {
    /* This board uses one socket, so the others were leaked by lost replies. */
    refusals = 0;
    wifi_restart("coprocessor has no free socket");
  }
}

static void no_delay_set(erpc_reader *reply) {
  int32_t result;
  if (connection_answered_with(reply, &result)) connection_go(CONNECTION_NON_BLOCKING, 0);
}

static void non_blocking_set(erpc_reader *reply) {
  int32_t result;
  if (connection_answered_with(reply, &result)) connection_go(CONNECTION_CONNECT, 0);
}

static void connected(erpc_reader *reply) {
  int32_t result;
  if (!connection_answered_with(reply, &result)) return;
  if (result == 0) reached();
  else connection_go(CONNECTION_CONNECT_ERROR, 0);
}

static void connect_explained(erpc_reader *reply) {
  int32_t error;
  if (!connection_answered_with(reply, &error)) return;
  if (error == LWIP_EISCONN) {
    reached();
  } else if (error == LWIP_EINPROGRESS || error == LWIP_EALREADY) {
    connection_go(CONNECTION_CONNECT, DIAL_CONNECT_POLL_MS);
  } else {
    unreached = 0;
    connection_end("connection refused");
  }
}

void dial_call(void) {
  const bool connecting =
      connection.state == CONNECTION_CONNECT || connection.state == CONNECTION_CONNECT_ERROR;
  if (connecting && connection.now >= connection.give_up_micros) {
    not_reached("connection timed out");
    return;
  }
  connection.in_call = true;
  switch (connection.state) {
    case CONNECTION_CLOSE_OLD:
      lwip_close(connection.handle, old_closed);
      break;
    case CONNECTION_RESOLVE:
      lwip_resolve(connection.host, DIAL_RESOLVE_DEADLINE_MS, named);
      break;
    case CONNECTION_CREATE:
      lwip_create(created);
      break;
    case CONNECTION_NO_DELAY:
      lwip_set_no_delay(connection.handle, no_delay_set);
      break;
    case CONNECTION_NON_BLOCKING:
      lwip_set_non_blocking(connection.handle, non_blocking_set);
      break;
    case CONNECTION_CONNECT:
      lwip_connect(connection.handle, connection.address, connection.port, connected);
      break;
    case CONNECTION_CONNECT_ERROR:
      lwip_errno(connect_explained);
      break;
    default:
      connection.in_call = false;
      break;
  }
}
