#include "connection.h"

#include <stddef.h>
#include <string.h>

#include "console.h"
#include "outgoing.h"
#include "vm_memory.h"
#include "vm_start.h"
#include "wifi.h"

connection_state connection = {.handle = -1, .problem = ""};

void connection_go(connection_call next, uint32_t delay_ms) {
  connection.state = next;
  connection.due_micros = connection.now + (uint64_t)delay_ms * 1000;
}

void connection_go_away(void) {
  connection_go(connection.handle >= 0 ? CONNECTION_CLOSE : CONNECTION_NONE, 0);
}

void connection_tell(uint32_t event, const void *bytes, uint32_t length) {
  vm_jd_em_tcpsock_on_event(event, bytes ? vm_address_of(bytes) : 0, length);
}

void connection_opened(void) {
  connection.opened++;
  connection.problem = "";
  connection_go(CONNECTION_OPEN, 0);
  connection_tell(VM_SOCKET_OPEN, NULL, 0);
}

bool connection_is_connecting(void) {
  return connection.state == CONNECTION_CONNECT && connection.in_call;
}

void connection_tell_end(const char *failure) {
  const bool told = connection.wanted;
  connection.wanted = false;
  outgoing_clear();
  if (!told) return;
  if (failure) {
    connection.problem = failure;
    console_line("socket: ", failure, NULL);
    connection_tell(VM_SOCKET_ERROR, failure, (uint32_t)strlen(failure));
  } else {
    connection_tell(VM_SOCKET_CLOSED, NULL, 0);
  }
}

void connection_end(const char *failure) {
  connection_go_away();
  connection_tell_end(failure);
}

bool connection_garbled(const erpc_reader *reply) {
  if (reply && !reply->failed) return false;
  connection_end("no reply from the coprocessor");
  wifi_suspect();
  return true;
}

bool connection_answered(const erpc_reader *reply) {
  connection.in_call = false;
  if (connection_garbled(reply)) return false;
  if (!connection.wanted) connection_go_away();
  return connection.wanted;
}

bool connection_answered_with(erpc_reader *reply, int32_t *result) {
  if (!connection_answered(reply)) return false;
  *result = (int32_t)erpc_get_u32(reply);
  return !connection_garbled(reply);
}
