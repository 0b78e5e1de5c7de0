#include "lwip.h"

#include <string.h>

/* The deadline of a call that does not wait for the network; WIFI_DEADLINE_MS has the reason. */
enum { LWIP_DEADLINE_MS = 6000 };

/* Function numbers of the service ERPC_LWIP. */
enum {
  LWIP_CALL_SETSOCKOPT = 7,
  LWIP_CALL_CLOSE = 8,
  LWIP_CALL_CONNECT = 9,
  LWIP_CALL_RECV = 12,
  LWIP_CALL_SEND = 15,
  LWIP_CALL_SOCKET = 18,
  LWIP_CALL_ERRNO = 24,
  LWIP_CALL_GETHOSTBYNAME = 25
};

enum { LWIP_AF_INET = 2, LWIP_SOCK_STREAM = 1, LWIP_IPPROTO_TCP = 6, LWIP_TCP_NODELAY = 1 };
enum { LWIP_MSG_DONTWAIT = 8, LWIP_SOCKADDR_SIZE = 16 };

static erpc_writer *begin_with(uint8_t function, int32_t handle) {
  erpc_writer *const arguments = erpc_begin(ERPC_LWIP, function);
  erpc_put_u32(arguments, (uint32_t)handle);
  return arguments;
}

void lwip_resolve(const char *host, uint32_t deadline_ms, erpc_done done) {
  erpc_put_text(erpc_begin(ERPC_LWIP, LWIP_CALL_GETHOSTBYNAME), host);
  erpc_submit(deadline_ms, done);
}

void lwip_create(erpc_done done) {
  erpc_writer *const arguments = erpc_begin(ERPC_LWIP, LWIP_CALL_SOCKET);
  erpc_put_u32(arguments, LWIP_AF_INET);
  erpc_put_u32(arguments, LWIP_SOCK_STREAM);
  erpc_put_u32(arguments, LWIP_IPPROTO_TCP);
  erpc_submit(LWIP_DEADLINE_MS, done);
}

void lwip_set_no_delay(int32_t handle, erpc_done done) {
  static const uint8_t on[4] = {1};
  erpc_writer *const arguments = begin_with(LWIP_CALL_SETSOCKOPT, handle);
  erpc_put_u32(arguments, LWIP_IPPROTO_TCP);
  erpc_put_u32(arguments, LWIP_TCP_NODELAY);
  erpc_put_binary(arguments, on, sizeof on);
  erpc_put_u32(arguments, sizeof on);
  erpc_submit(LWIP_DEADLINE_MS, done);
}

/*
 * Passes the address as a sockaddr_in: length, family, port and address in network order, eight
 * zeros.
 */
void lwip_connect(int32_t handle, uint32_t network_address, uint16_t port, uint32_t deadline_ms,
                  erpc_done done) {
  uint8_t address[LWIP_SOCKADDR_SIZE] = {LWIP_SOCKADDR_SIZE, LWIP_AF_INET, (uint8_t)(port >> 8),
                                         (uint8_t)port};
  memcpy(address + 4, &network_address, sizeof network_address);
  erpc_writer *const arguments = begin_with(LWIP_CALL_CONNECT, handle);
  erpc_put_binary(arguments, address, sizeof address);
  erpc_put_u32(arguments, sizeof address);
  erpc_submit(deadline_ms, done);
}

void lwip_send(int32_t handle, const uint8_t *bytes, uint32_t length, erpc_done done) {
  erpc_writer *const arguments = begin_with(LWIP_CALL_SEND, handle);
  erpc_put_binary(arguments, bytes, length);
  erpc_put_u32(arguments, LWIP_MSG_DONTWAIT);
  erpc_submit(LWIP_DEADLINE_MS, done);
}

void lwip_receive(int32_t handle, uint32_t limit, erpc_done done) {
  erpc_writer *const arguments = begin_with(LWIP_CALL_RECV, handle);
  erpc_put_u32(arguments, limit);
  erpc_put_u32(arguments, LWIP_MSG_DONTWAIT);
  erpc_put_u32(arguments, 0); /* a timeout that the coprocessor ignores */
  erpc_submit(LWIP_DEADLINE_MS, done);
}

void lwip_close(int32_t handle, erpc_done done) {
  begin_with(LWIP_CALL_CLOSE, handle);
  erpc_submit(LWIP_DEADLINE_MS, done);
}

void lwip_errno(erpc_done done) {
  erpc_begin(ERPC_LWIP, LWIP_CALL_ERRNO);
  erpc_submit(LWIP_DEADLINE_MS, done);
}
