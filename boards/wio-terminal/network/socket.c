/*
 * The one connection: what is sent and received over it, and its end. dial.c opens it.
 *
 * A call that went unanswered ends the connection: bytes may be lost with it, and a stream with a
 * hole is worse than none.
 */
#include "socket.h"

#include <stddef.h>
#include <string.h>

#include "console.h"
#include "lwip.h"
#include "outgoing.h"
#include "socket_state.h"
#include "vm_imports.h"
#include "vm_memory.h"
#include "vm_start.h"
#include "wifi.h"

enum { NETWORK_PATIENCE_MS = 60000, FULL_POLL_MS = 20 };

/* How soon to look for data again: as long as none comes, later each time. */
enum { RECEIVE_POLL_MIN_MS = 10, RECEIVE_POLL_MAX_MS = 80 };

/* As much as one call takes along; the machine copies each piece into its heap. */
enum { RECEIVE_MAX = 1024, SEND_MAX = 1024 };

socket_state socket = {.handle = -1};

static uint32_t receive_poll_ms = RECEIVE_POLL_MIN_MS;

static socket_facts facts = {.host = socket.host, .problem = ""};

const socket_facts *socket_look(void) {
  facts.port = socket.port;
  facts.is_wanted = socket.wanted || socket.reopen;
  facts.is_open = socket.wanted && socket.state >= OPEN && socket.state <= RECEIVE_ERROR;
  return &facts;
}

void socket_go(socket_call next, uint32_t delay_ms) {
  socket.state = next;
  socket.due_micros = socket.now + (uint64_t)delay_ms * 1000;
}

static void go_away(void) { socket_go(socket.handle >= 0 ? CLOSE : NONE, 0); }

static void tell(uint32_t event, const void *bytes, uint32_t length) {
  vm_jd_em_tcpsock_on_event(event, bytes ? vm_address_of(bytes) : 0, length);
}

void socket_end(const char *failure) {
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

bool socket_garbled(const erpc_reader *reply) {
  if (reply && !reply->failed) return false;
  socket_end("coprocessor did not answer");
  wifi_suspect();
  return true;
}

bool socket_answered(const erpc_reader *reply) {
  socket.in_call = false;
  if (socket_garbled(reply)) return false;
  if (!socket.wanted) go_away();
  return socket.wanted;
}

bool socket_answered_with(erpc_reader *reply, int32_t *result) {
  if (!socket_answered(reply)) return false;
  *result = (int32_t)erpc_get_u32(reply);
  return !socket_garbled(reply);
}

void socket_opened(void) {
  facts.opened++;
  facts.problem = "";
  socket_go(OPEN, 0);
  tell(VM_SOCKET_OPEN, NULL, 0);
}

static void sent(erpc_reader *reply) {
  int32_t result;
  if (!socket_answered_with(reply, &result)) return;
  if (result < 0) {
    socket_go(SEND_ERROR, 0);
    return;
  }
  facts.sent_bytes += (uint32_t)result;
  receive_poll_ms = RECEIVE_POLL_MIN_MS; /* it may be answered */
  outgoing_drop((uint32_t)result);
  socket_go(OPEN, result == 0 ? FULL_POLL_MS : 0);
}

static void received(erpc_reader *reply) {
  if (!socket_answered(reply)) return;
  uint32_t length;
  const uint8_t *const bytes = erpc_get_binary(reply, &length);
  const int32_t result = (int32_t)erpc_get_u32(reply);
  if (socket_garbled(reply)) return;
  if (result > 0 && (uint32_t)result <= length) {
    facts.received_bytes += (uint32_t)result;
    receive_poll_ms = RECEIVE_POLL_MIN_MS;
    socket_go(OPEN, 0);
    tell(VM_SOCKET_DATA, bytes, (uint32_t)result);
  } else if (result == 0) {
    socket_end(NULL);
  } else {
    socket_go(RECEIVE_ERROR, 0);
  }
}

static void look_again(void) {
  socket_go(OPEN, outgoing_length() > 0 ? 0 : receive_poll_ms);
  receive_poll_ms *= 2;
  if (receive_poll_ms > RECEIVE_POLL_MAX_MS) receive_poll_ms = RECEIVE_POLL_MAX_MS;
}

static void stream_explained(erpc_reader *reply) {
  int32_t error;
  if (!socket_answered_with(reply, &error)) return;
  if (error != LWIP_EAGAIN) socket_end("connection lost");
  else if (socket.sent_last) socket_go(OPEN, FULL_POLL_MS);
  else look_again();
}

/* Without an answer it may still be open: it is closed once more before the next one is made. */
static void closed(erpc_reader *reply) {
  socket.in_call = false;
  if (reply) socket.handle = -1;
  else wifi_suspect();
  socket_go(NONE, 0);
}

static void begin(void) {
  socket.reopen = false;
  socket.wanted = true;
  socket.give_up_micros = socket.now + NETWORK_PATIENCE_MS * 1000ull;
  socket_go(WAIT_FOR_NETWORK, 0);
}

static void call_next(void) {
  const uint8_t *bytes;
  if (socket.state < OPEN) {
    dial_call();
    return;
  }
  socket.in_call = true;
  if (socket.state == CLOSE) {
    lwip_close(socket.handle, closed);
  } else if (socket.state != OPEN) {
    lwip_errno(stream_explained);
  } else {
    socket.sent_last = outgoing_length() > 0 && !socket.sent_last;
    if (socket.sent_last) {
      const uint32_t length = outgoing_peek(&bytes, SEND_MAX);
      lwip_send(socket.handle, bytes, length, sent);
    } else {
      lwip_receive(socket.handle, RECEIVE_MAX, received);
    }
  }
}

void socket_step(uint64_t now_micros) {
  socket.now = now_micros;
  if (socket.state == NONE && socket.reopen) begin();
  if (socket.state == NONE || now_micros < socket.due_micros || erpc_is_busy()) return;
  if (socket.state == WAIT_FOR_NETWORK) {
    dial_wait();
  } else if (socket.generation != wifi_generation()) {
    /* The coprocessor still holds its handle; there is no use in asking before the next network. */
    socket_end("Wi-Fi lost");
    socket_go(NONE, 0);
  } else if (wifi_is_up()) {
    call_next();
  }
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
  if (socket.state == OPEN) socket_go(OPEN, 0);
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
