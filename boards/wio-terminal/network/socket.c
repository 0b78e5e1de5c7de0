/*
 * Sends and receives over the board's one connection, and ends it. dial.c opens the connection.
 *
 * A call without a reply ends the connection: bytes may be lost, and a stream with a hole is worse
 * than no stream.
 */
#include "socket.h"

#include <stddef.h>
#include <string.h>

#include "connection.h"
#include "dial.h"
#include "lwip.h"
#include "outgoing.h"
#include "vm_imports.h"
#include "vm_memory.h"
#include "vm_start.h"
#include "wifi.h"

enum { SOCKET_NETWORK_PATIENCE_MS = 60000, SOCKET_FULL_POLL_MS = 20 };

/* The interval of requests for data. It doubles while no data comes. */
enum { SOCKET_RECEIVE_POLL_MIN_MS = 10, SOCKET_RECEIVE_POLL_MAX_MS = 80 };

/* The maximum of bytes in one call. The virtual machine copies received bytes into its heap. */
enum { SOCKET_RECEIVE_MAX = 1024, SOCKET_SEND_MAX = 1024 };

static uint32_t receive_poll_ms = SOCKET_RECEIVE_POLL_MIN_MS;

static socket_facts facts = {.host = connection.host};

const socket_facts *socket_look(void) {
  facts.port = connection.port;
  facts.is_wanted = connection.wanted || connection.reopen;
  facts.is_open = connection.wanted && connection.state >= CONNECTION_OPEN &&
                  connection.state <= CONNECTION_RECEIVE_ERROR;
  facts.connecting_s = connection_is_connecting()
                           ? (uint32_t)((connection.now - connection.connecting_micros) / 1000000)
                           : 0;
  facts.problem = connection.problem;
  facts.opened = connection.opened;
  return &facts;
}

static void sent(erpc_reader *reply) {
  int32_t result;
  if (!connection_answered_with(reply, &result)) return;
  if (result < 0) {
    connection_go(CONNECTION_SEND_ERROR, 0);
    return;
  }
  facts.sent_bytes += (uint32_t)result;
  receive_poll_ms = SOCKET_RECEIVE_POLL_MIN_MS; /* polls soon, because the peer may answer */
  outgoing_drop((uint32_t)result);
  connection_go(CONNECTION_OPEN, result == 0 ? SOCKET_FULL_POLL_MS : 0);
}

static void received(erpc_reader *reply) {
  if (!connection_answered(reply)) return;
  uint32_t length;
  const uint8_t *const bytes = erpc_get_binary(reply, &length);
  const int32_t result = (int32_t)erpc_get_u32(reply);
  if (connection_garbled(reply)) return;
  if (result > 0 && (uint32_t)result <= length) {
    facts.received_bytes += (uint32_t)result;
    receive_poll_ms = SOCKET_RECEIVE_POLL_MIN_MS;
    connection_go(CONNECTION_OPEN, 0);
    connection_tell(VM_SOCKET_DATA, bytes, (uint32_t)result);
  } else if (result == 0) {
    connection_end(NULL);
  } else {
    connection_go(CONNECTION_RECEIVE_ERROR, 0);
  }
}

static void look_again(void) {
  connection_go(CONNECTION_OPEN, outgoing_length() > 0 ? 0 : receive_poll_ms);
  receive_poll_ms *= 2;
  if (receive_poll_ms > SOCKET_RECEIVE_POLL_MAX_MS) receive_poll_ms = SOCKET_RECEIVE_POLL_MAX_MS;
}

static void stream_explained(erpc_reader *reply) {
  int32_t error;
  if (!connection_answered_with(reply, &error)) return;
  if (error != LWIP_EAGAIN) connection_end("connection lost");
  else if (connection.sent_last) connection_go(CONNECTION_OPEN, SOCKET_FULL_POLL_MS);
  else look_again();
}

/*
 * Handles the reply to a close. If there is no reply, the handle may still be open. It is then
 * closed again before the next handle is created.
 */
static void closed(erpc_reader *reply) {
  connection.in_call = false;
  if (reply) connection.handle = -1;
  else wifi_suspect();
  connection_go(CONNECTION_NONE, 0);
}

static void begin(void) {
  connection.reopen = false;
  connection.wanted = true;
  connection.give_up_micros = connection.now + SOCKET_NETWORK_PATIENCE_MS * 1000ull;
  connection_go(CONNECTION_WAIT_FOR_NETWORK, 0);
}

static void call_next(void) {
  const uint8_t *bytes;
  if (connection.state < CONNECTION_OPEN) {
    dial_call();
    return;
  }
  connection.in_call = true;
  if (connection.state == CONNECTION_CLOSE) {
    lwip_close(connection.handle, closed);
  } else if (connection.state != CONNECTION_OPEN) {
    lwip_errno(stream_explained);
  } else {
    connection.sent_last = outgoing_length() > 0 && !connection.sent_last;
    if (connection.sent_last) {
      const uint32_t length = outgoing_peek(&bytes, SOCKET_SEND_MAX);
      lwip_send(connection.handle, bytes, length, sent);
    } else {
      lwip_receive(connection.handle, SOCKET_RECEIVE_MAX, received);
    }
  }
}

void socket_step(uint64_t now_micros) {
  connection.now = now_micros;
  dial_watch();
  if (connection.state == CONNECTION_NONE && connection.reopen) begin();
  if (connection.state == CONNECTION_NONE || now_micros < connection.due_micros || erpc_is_busy())
    return;
  if (connection.state == CONNECTION_WAIT_FOR_NETWORK) {
    dial_wait();
  } else if (connection.generation != wifi_generation()) {
    /* The coprocessor still holds the handle, which cannot be closed without a network. */
    connection_end("Wi-Fi lost");
    connection_go(CONNECTION_NONE, 0);
  } else if (wifi_is_up()) {
    call_next();
  }
}

enum { SOCKET_REFUSED = -1, SOCKET_NO_CONNECTION = -10, SOCKET_NO_ROOM = -11 };

uint32_t vm_import__jd_tcpsock_is_available(void) { return 1; }

uint32_t vm_import__jd_tcpsock_new(uint32_t host, uint32_t port) {
  const char *const name = vm_at(host);
  const int32_t signed_port = (int32_t)port;
  if (strlen(name) > CONNECTION_HOST_MAX) return (uint32_t)SOCKET_REFUSED;
  const bool tls = signed_port < 0;
  const uint16_t number = (uint16_t)(tls ? -signed_port : signed_port);
  const bool is_same =
      connection.tls == tls && connection.port == number && strcmp(connection.host, name) == 0;
  vm_import__jd_tcpsock_close();
  if (is_same && dial_resume()) return 0;
  strcpy(connection.host, name);
  connection.tls = tls;
  connection.port = number;
  connection.reopen = true;
  return 0;
}

uint32_t vm_import__jd_tcpsock_write(uint32_t bytes, uint32_t length) {
  if (!connection.wanted) return (uint32_t)SOCKET_NO_CONNECTION;
  if (!outgoing_add(vm_at(bytes), length)) return (uint32_t)SOCKET_NO_ROOM;
  if (connection.state == CONNECTION_OPEN) connection_go(CONNECTION_OPEN, 0);
  return 0;
}

uint32_t vm_import__jd_tcpsock_close(void) {
  const bool was_wanted = connection.wanted || connection.reopen;
  connection.wanted = false;
  connection.reopen = false;
  outgoing_clear();
  if (!connection.in_call && connection.state != CONNECTION_CLOSE) connection_go_away();
  return was_wanted ? 0 : (uint32_t)SOCKET_NO_CONNECTION;
}
