/*
 * One call at a time leads from a host's name to an open connection and back. The connection is
 * made without blocking: the coprocessor serves one call at a time, so one that waits for a dead
 * host would keep the whole link from working for minutes (rpcWiFi issue 29).
 *
 * A call that went unanswered ends the connection: bytes may be lost with it, and a stream with a
 * hole is worse than none.
 */
#include "socket.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "address.h"
#include "console.h"
#include "erpc_client.h"
#include "lwip.h"
#include "outgoing.h"
#include "vm_imports.h"
#include "vm_memory.h"
#include "vm_start.h"
#include "wifi.h"

enum {
  DEADLINE_NAME_MS = 20000,
  NETWORK_PATIENCE_MS = 60000,
  CONNECT_PATIENCE_MS = 15000,
  CONNECT_POLL_MS = 50,
  RECEIVE_POLL_MS = 10,
  FULL_POLL_MS = 20
};

/* As much as one call takes along; the machine copies each piece into its heap. */
enum { RECEIVE_MAX = 1024, SEND_MAX = 1024 };

enum { HOST_MAX = 255 };

typedef enum {
  NONE,
  WAIT_FOR_NETWORK,
  NAME,
  CREATE,
  NO_DELAY,
  NON_BLOCKING,
  CONNECT,
  CONNECT_ERROR, /* connect said no: ask errno why */
  OPEN,
  SEND_ERROR,
  RECEIVE_ERROR,
  CLOSE
} step;

static struct {
  step state;
  char host[HOST_MAX + 1];
  uint16_t port;
  bool tls;
  bool wanted;    /* the machine has asked for this connection, and not been told of its end */
  bool reopen;    /* it has asked for another since: that comes when this one is closed */
  bool in_call;   /* the coprocessor owes an answer */
  bool sent_last; /* sending and receiving take turns */
  int32_t handle;
  uint32_t address;
  uint32_t generation;
  uint64_t due_micros, give_up_micros, now;
} socket = {.handle = -1};

static socket_facts facts = {.host = socket.host, .problem = ""};

const socket_facts *socket_look(void) {
  facts.port = socket.port;
  facts.is_wanted = socket.wanted || socket.reopen;
  facts.is_open = socket.wanted && socket.state >= OPEN && socket.state <= RECEIVE_ERROR;
  return &facts;
}

static void go(step next, uint32_t delay_ms) {
  socket.state = next;
  socket.due_micros = socket.now + (uint64_t)delay_ms * 1000;
}

static void go_away(void) { go(socket.handle >= 0 ? CLOSE : NONE, 0); }

static void tell(uint32_t event, const void *bytes, uint32_t length) {
  vm_jd_em_tcpsock_on_event(event, bytes ? vm_address_of(bytes) : 0, length);
}

/* The end of a connection as the machine is to see it: failed, or without a failure closed. */
static void end(const char *failure) {
  const bool told = socket.wanted;
  socket.wanted = false;
  outgoing_clear();
  go_away();
  if (!told) return;
  if (failure) {
    facts.problem = failure;
    console_line("socket: ", failure, NULL);
    tell(VM_SOCKET_ERROR, failure, (uint32_t)strlen(failure));
  } else {
    tell(VM_SOCKET_CLOSED, NULL, 0);
  }
}

static bool garbled(const erpc_reader *reply) {
  if (reply && !reply->failed) return false;
  socket.handle = -1;
  end("coprocessor did not answer");
  wifi_suspect();
  return true;
}

/* Whether a step may go on: there is a reply, and the machine still wants the connection. */
static bool answered(const erpc_reader *reply) {
  socket.in_call = false;
  if (garbled(reply)) return false;
  if (!socket.wanted) go_away();
  return socket.wanted;
}

/* The i32 that each of these calls returns. */
static bool answered_with(erpc_reader *reply, int32_t *result) {
  if (!answered(reply)) return false;
  *result = (int32_t)erpc_get_u32(reply);
  return !garbled(reply);
}

static void named(erpc_reader *reply) {
  if (!answered(reply)) return;
  uint32_t length;
  const uint8_t *const address = erpc_get_binary(reply, &length);
  const int8_t result = (int8_t)erpc_get_u8(reply);
  if (garbled(reply)) return;
  if (result != 0 || length != sizeof socket.address) {
    end("no such host");
    return;
  }
  memcpy(&socket.address, address, sizeof socket.address);
  go(CREATE, 0);
}

static void created(erpc_reader *reply) {
  socket.in_call = false;
  const int32_t handle = reply ? (int32_t)erpc_get_u32(reply) : -1;
  if (garbled(reply)) return;
  socket.handle = handle;
  if (!socket.wanted) go_away();
  else if (handle < 0) end("no free socket");
  else go(NO_DELAY, 0);
}

static void no_delay_set(erpc_reader *reply) {
  int32_t result;
  if (answered_with(reply, &result)) go(NON_BLOCKING, 0);
}

static void non_blocking_set(erpc_reader *reply) {
  int32_t result;
  if (answered_with(reply, &result)) go(CONNECT, 0);
}

static void opened(void) {
  facts.opened++;
  facts.problem = "";
  go(OPEN, 0);
  tell(VM_SOCKET_OPEN, NULL, 0);
}

static void connected(erpc_reader *reply) {
  int32_t result;
  if (!answered_with(reply, &result)) return;
  if (result == 0) opened();
  else go(CONNECT_ERROR, 0);
}

static void connect_explained(erpc_reader *reply) {
  int32_t error;
  if (!answered_with(reply, &error)) return;
  if (error == LWIP_EISCONN) opened();
  else if (error == LWIP_EINPROGRESS || error == LWIP_EALREADY) go(CONNECT, CONNECT_POLL_MS);
  else end("connection refused");
}

static void sent(erpc_reader *reply) {
  int32_t result;
  if (!answered_with(reply, &result)) return;
  if (result < 0) {
    go(SEND_ERROR, 0);
    return;
  }
  facts.sent_bytes += (uint32_t)result;
  outgoing_drop((uint32_t)result);
  go(OPEN, result == 0 ? FULL_POLL_MS : 0);
}

static void received(erpc_reader *reply) {
  if (!answered(reply)) return;
  uint32_t length;
  const uint8_t *const bytes = erpc_get_binary(reply, &length);
  const int32_t result = (int32_t)erpc_get_u32(reply);
  if (garbled(reply)) return;
  if (result > 0 && (uint32_t)result <= length) {
    facts.received_bytes += (uint32_t)result;
    go(OPEN, 0);
    tell(VM_SOCKET_DATA, bytes, (uint32_t)result);
  } else if (result == 0) {
    end(NULL);
  } else {
    go(RECEIVE_ERROR, 0);
  }
}

static void stream_explained(erpc_reader *reply) {
  int32_t error;
  if (!answered_with(reply, &error)) return;
  if (error != LWIP_EAGAIN) end("connection lost");
  else if (socket.sent_last) go(OPEN, FULL_POLL_MS);
  else go(OPEN, outgoing_length() > 0 ? 0 : RECEIVE_POLL_MS);
}

static void closed(erpc_reader *reply) {
  socket.in_call = false;
  socket.handle = -1;
  go(NONE, 0);
  if (!reply) wifi_suspect();
}

static void begin(void) {
  socket.reopen = false;
  socket.wanted = true;
  socket.give_up_micros = socket.now + NETWORK_PATIENCE_MS * 1000ull;
  go(WAIT_FOR_NETWORK, 0);
}

static void wait_for_network(void) {
  if (socket.tls) {
    end("TLS is not available on this board");
  } else if (!wifi_is_configured()) {
    end("no Wi-Fi network is configured");
  } else if (wifi_is_up()) {
    socket.generation = wifi_generation();
    socket.address = address_parse(socket.host);
    socket.sent_last = false;
    socket.give_up_micros = socket.now + CONNECT_PATIENCE_MS * 1000ull;
    go(socket.address ? CREATE : NAME, 0);
  } else if (socket.now >= socket.give_up_micros) {
    end("no Wi-Fi");
  }
}

static void call_next(void) {
  const uint8_t *bytes;
  socket.in_call = true;
  switch (socket.state) {
    case NONE:
    case WAIT_FOR_NETWORK:
      socket.in_call = false;
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
    case OPEN:
      socket.sent_last = outgoing_length() > 0 && !socket.sent_last;
      if (socket.sent_last) {
        const uint32_t length = outgoing_peek(&bytes, SEND_MAX);
        lwip_send(socket.handle, bytes, length, sent);
      } else {
        lwip_receive(socket.handle, RECEIVE_MAX, received);
      }
      break;
    case SEND_ERROR:
    case RECEIVE_ERROR:
      lwip_errno(stream_explained);
      break;
    case CLOSE:
      lwip_close(socket.handle, closed);
      break;
  }
}

void socket_step(uint64_t now_micros) {
  socket.now = now_micros;
  if (socket.state == NONE && socket.reopen) begin();
  if (socket.state == NONE || now_micros < socket.due_micros || erpc_is_busy()) return;
  if (socket.state == WAIT_FOR_NETWORK) {
    wait_for_network();
    return;
  }
  if (socket.generation != wifi_generation()) {
    socket.handle = -1; /* it went down with the network */
    socket.in_call = false;
    end("Wi-Fi lost");
    return;
  }
  if (!wifi_is_up()) return;
  const bool connecting = socket.state == CONNECT || socket.state == CONNECT_ERROR;
  if (connecting && now_micros >= socket.give_up_micros) {
    end("connection timed out");
    return;
  }
  call_next();
}

enum { REFUSED = -1, NO_CONNECTION = -10, NO_ROOM = -11 };

uint32_t vm_import__jd_tcpsock_is_available(void) { return 1; }

uint32_t vm_import__jd_tcpsock_new(uint32_t host, uint32_t port) {
  const char *const name = vm_at(host);
  const int32_t signed_port = (int32_t)port;
  if (strlen(name) > HOST_MAX) return (uint32_t)REFUSED;
  vm_import__jd_tcpsock_close();
  strcpy(socket.host, name);
  socket.tls = signed_port < 0;
  socket.port = (uint16_t)(socket.tls ? -signed_port : signed_port);
  socket.reopen = true;
  return 0;
}

uint32_t vm_import__jd_tcpsock_write(uint32_t bytes, uint32_t length) {
  if (!socket.wanted) return (uint32_t)NO_CONNECTION;
  if (!outgoing_add(vm_at(bytes), length)) return (uint32_t)NO_ROOM;
  if (socket.state == OPEN) go(OPEN, 0);
  return 0;
}

uint32_t vm_import__jd_tcpsock_close(void) {
  const bool was_wanted = socket.wanted || socket.reopen;
  socket.wanted = false;
  socket.reopen = false;
  outgoing_clear();
  if (!socket.in_call && socket.state != CLOSE) go_away();
  return was_wanted ? 0 : (uint32_t)NO_CONNECTION;
}
