/*
 * Opens a connection to a host, one coprocessor call at a time.
 *
 * The coprocessor's connect blocks all other calls: its released firmware, 2.1.1 to 2.1.3, accepts
 * O_NONBLOCK and ignores it. A lost SYN costs 3 s, a host that is down costs minutes (rpcWiFi issue
 * 29). So a coprocessor that does not answer connect is busy, not broken. The virtual machine is
 * notified early that its connection failed; the same connect continues and serves the virtual
 * machine's next request. Only a power cut ends a connect, and the network must then be joined
 * again. So the power cut comes late, and later each time.
 */
#include "dial.h"

#include <string.h>

#include "address.h"
#include "connection.h"
#include "lwip.h"
#include "wifi.h"

enum {
  DIAL_RESOLVE_DEADLINE_MS = 20000,
  /*
   * The time until the virtual machine is notified of a failure: before the program's own timeout
   * of 10 s (src/mqtt/connection.ts), but after the SYNs at 0, 3 and 9 s.
   */
  DIAL_CONNECT_PATIENCE_MS = 9700,
  /*
   * The time until the power cut. At first, it ends after the SYN at 21 s. It doubles with each
   * connect that gets no answer, until it ends after the SYN at 93 s.
   */
  DIAL_CONNECT_DEADLINE_MS = 25000,
  DIAL_CONNECT_DEADLINE_MAX_MS = 100000
};

enum { DIAL_REFUSALS_MAX = 3, DIAL_UNREACHED_MAX = 5 };

/* The number of consecutive tries for which the coprocessor had no free socket. */
static unsigned refusals;

/* The number of consecutive tries without any answer from the host, not even a refusal. */
static unsigned unreached;

/* The deadline of a connect. Doubles with each consecutive connect that gets no answer. */
static uint32_t deadline_ms = DIAL_CONNECT_DEADLINE_MS;

/*
 * Ends a connection that did not reach the host. After several of them, restarts Wi-Fi: the
 * coprocessor may report a network that passes no data.
 */
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
    if (connection.handle >= 0) connection_go(CONNECTION_CLOSE_OLD, 0);
    else ask_name_or_create();
  } else if (connection.now >= connection.give_up_micros) {
    connection_end("no Wi-Fi");
  }
}

/*
 * Handles the reply to a close. Any reply means closed: if the coprocessor has restarted, it
 * reports an unknown handle.
 */
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

/*
 * Handles the reply with a new handle. Keeps the handle even if the connection is no longer wanted,
 * because the handle must be closed.
 */
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
    /* This board uses one socket, so the other sockets were leaked by lost replies. */
    refusals = 0;
    wifi_restart("coprocessor has no free socket");
  }
}

static void no_delay_set(erpc_reader *reply) {
  int32_t result;
  if (connection_answered_with(reply, &result)) connection_go(CONNECTION_CONNECT, 0);
}

/* Cuts the coprocessor's power, which also closes its handles. */
static void cut_power(const char *failure, const char *why) {
  connection.in_call = false;
  connection.handle = -1;
  connection_go(CONNECTION_NONE, 0);
  wifi_restart(why);
  connection_tell_end(failure);
}

static void connected(erpc_reader *reply) {
  int32_t result;
  if (!reply) {
    deadline_ms *= 2;
    if (deadline_ms > DIAL_CONNECT_DEADLINE_MAX_MS) deadline_ms = DIAL_CONNECT_DEADLINE_MAX_MS;
    cut_power("no answer from host", "restarting, no answer from host");
    return;
  }
  deadline_ms = DIAL_CONNECT_DEADLINE_MS;
  if (!connection_answered_with(reply, &result)) return;
  if (result == 0) reached();
  else connection_go(CONNECTION_CONNECT_ERROR, 0);
}

static void connect_explained(erpc_reader *reply) {
  int32_t error;
  if (!connection_answered_with(reply, &error)) return;
  /* The firmware's table of errors maps a refusal to ECONNRESET; its sources also have
   * ECONNREFUSED. */
  if (error == LWIP_ECONNRESET || error == LWIP_ECONNREFUSED) {
    unreached = 0;
    connection_end("connection refused");
  } else {
    not_reached("host not reachable");
  }
}

/* Restarts the timeout after which the virtual machine is notified of a failure. */
static void be_patient(void) {
  connection.give_up_micros = connection.now + DIAL_CONNECT_PATIENCE_MS * 1000ull;
}

bool dial_resume(void) {
  if (!connection_is_connecting()) return false;
  connection.wanted = true;
  be_patient();
  return true;
}

void dial_watch(void) {
  if (!connection_is_connecting()) return;
  if (connection.reopen || wifi_is_changing()) {
    deadline_ms = DIAL_CONNECT_DEADLINE_MS;
    cut_power("Wi-Fi lost", "restarting, another host or network is wanted");
  } else if (connection.wanted && connection.now >= connection.give_up_micros) {
    connection_tell_end("connection timed out");
  }
}

void dial_call(void) {
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
    case CONNECTION_CONNECT:
      be_patient();
      connection.connecting_micros = connection.now;
      lwip_connect(connection.handle, connection.address, connection.port, deadline_ms, connected);
      break;
    case CONNECTION_CONNECT_ERROR:
      lwip_errno(connect_explained);
      break;
    default:
      connection.in_call = false;
      break;
  }
}
