/*
 * From a host's name to an open connection, one call at a time. The connection is made without
 * blocking: the coprocessor serves one call at a time, so one that waits for a dead host would
 * keep the whole link from working for minutes (rpcWiFi issue 29).
 */
#include <string.h>

#include "address.h"
#include "lwip.h"
#include "socket_state.h"
#include "wifi.h"

enum { DEADLINE_NAME_MS = 20000, CONNECT_PATIENCE_MS = 15000, CONNECT_POLL_MS = 50 };

enum { REFUSALS_MAX = 3, UNREACHED_MAX = 5 };

/* How often in a row the coprocessor had no socket for us. */
static unsigned refusals;

/* How many tries in a row had no answer from the other side, not even a refusal. */
static unsigned unreached;

/* It may be in the network by its own account, and yet nothing gets through. */
static void not_reached(const char *why) {
  socket_end(why);
  if (++unreached < UNREACHED_MAX) return;
  unreached = 0;
  wifi_restart("nothing can be reached");
}

static void reached(void) {
  unreached = 0;
  socket_opened();
}

static void ask_name_or_create(void) { socket_go(socket.address ? CREATE : NAME, 0); }

void dial_wait(void) {
  if (socket.tls) {
    socket_end("TLS is not available on this board");
  } else if (!wifi_is_configured()) {
    socket_end("no Wi-Fi network is configured");
  } else if (wifi_is_up()) {
    socket.generation = wifi_generation();
    socket.address = address_parse(socket.host);
    socket.sent_last = false;
    socket.give_up_micros = socket.now + CONNECT_PATIENCE_MS * 1000ull;
    if (socket.handle >= 0) socket_go(CLOSE_OLD, 0);
    else ask_name_or_create();
  } else if (socket.now >= socket.give_up_micros) {
    socket_end("no Wi-Fi");
  }
}

/* One that was restarted does not know the handle any more, and says so: as good. */
static void old_closed(erpc_reader *reply) {
  if (reply && !reply->failed) socket.handle = -1;
  if (socket_answered(reply)) ask_name_or_create();
}

static void named(erpc_reader *reply) {
  if (!socket_answered(reply)) return;
  uint32_t length;
  const uint8_t *const address = erpc_get_binary(reply, &length);
  const int8_t result = (int8_t)erpc_get_u8(reply);
  if (socket_garbled(reply)) return;
  if (result != 0 || length != sizeof socket.address) {
    not_reached("no such host");
    return;
  }
  memcpy(&socket.address, address, sizeof socket.address);
  socket_go(CREATE, 0);
}

/* The handle counts even where nobody wants the connection any more: it has to be closed. */
static void created(erpc_reader *reply) {
  const int32_t handle = reply ? (int32_t)erpc_get_u32(reply) : -1;
  if (reply && !reply->failed) socket.handle = handle;
  if (!socket_answered(reply)) return;
  if (handle >= 0) {
    refusals = 0;
    socket_go(NO_DELAY, 0);
    return;
  }
  socket_end("no free socket");
  if (++refusals < REFUSALS_MAX) {
    wifi_suspect();
  } else {
    /* There is a network, and this board uses one socket: the others are lost, by lost replies. */
    refusals = 0;
    wifi_restart("the coprocessor's sockets are all taken");
  }
}

static void no_delay_set(erpc_reader *reply) {
  int32_t result;
  if (socket_answered_with(reply, &result)) socket_go(NON_BLOCKING, 0);
}

static void non_blocking_set(erpc_reader *reply) {
  int32_t result;
  if (socket_answered_with(reply, &result)) socket_go(CONNECT, 0);
}

static void connected(erpc_reader *reply) {
  int32_t result;
  if (!socket_answered_with(reply, &result)) return;
  if (result == 0) reached();
  else socket_go(CONNECT_ERROR, 0);
}

static void connect_explained(erpc_reader *reply) {
  int32_t error;
  if (!socket_answered_with(reply, &error)) return;
  if (error == LWIP_EISCONN) {
    reached();
  } else if (error == LWIP_EINPROGRESS || error == LWIP_EALREADY) {
    socket_go(CONNECT, CONNECT_POLL_MS);
  } else {
    unreached = 0;
    socket_end("connection refused");
  }
}

void dial_call(void) {
  const bool connecting = socket.state == CONNECT || socket.state == CONNECT_ERROR;
  if (connecting && socket.now >= socket.give_up_micros) {
    not_reached("connection timed out");
    return;
  }
  socket.in_call = true;
  switch (socket.state) {
    case CLOSE_OLD:
      lwip_close(socket.handle, old_closed);
      break;
    case NAME:
      lwip_resolve(socket.host, DEADLINE_NAME_MS, named);
      break;
    case CREATE:
      lwip_create(created);
      break;
    case NO_DELAY:
      lwip_set_no_delay(socket.handle, no_delay_set);
      break;
    case NON_BLOCKING:
      lwip_set_non_blocking(socket.handle, non_blocking_set);
      break;
    case CONNECT:
      lwip_connect(socket.handle, socket.address, socket.port, connected);
      break;
    case CONNECT_ERROR:
      lwip_errno(connect_explained);
      break;
    default:
      socket.in_call = false;
      break;
  }
}
