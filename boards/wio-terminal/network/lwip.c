#include "lwip.h"

#include <string.h>

enum { DEADLINE_MS = 2000 };

/* Functions of the service. */
enum {
  SETSOCKOPT = 7,
  CLOSE = 8,
  CONNECT = 9,
  RECV = 12,
  SEND = 15,
  SOCKET = 18,
  FCNTL = 23,
  ERRNO = 24,
  GETHOSTBYNAME = 25
};

enum { AF_INET = 2, SOCK_STREAM = 1, IPPROTO_TCP = 6, TCP_NODELAY = 1 };
enum { MSG_DONTWAIT = 8, F_SETFL = 4, O_NONBLOCK = 1, SOCKADDR_SIZE = 16 };

static erpc_writer *begin_with(uint8_t function, int32_t handle) {
  erpc_writer *const arguments = erpc_begin(ERPC_LWIP, function);
  erpc_put_u32(arguments, (uint32_t)handle);
  return arguments;
}

void lwip_resolve(const char *host, uint32_t deadline_ms, erpc_done done) {
  erpc_put_text(erpc_begin(ERPC_LWIP, GETHOSTBYNAME), host);
  erpc_submit(deadline_ms, done);
}

void lwip_create(erpc_done done) {
  erpc_writer *const arguments = erpc_begin(ERPC_LWIP, SOCKET);
  erpc_put_u32(arguments, AF_INET);
  erpc_put_u32(arguments, SOCK_STREAM);
  erpc_put_u32(arguments, IPPROTO_TCP);
  erpc_submit(DEADLINE_MS, done);
}

void lwip_set_no_delay(int32_t handle, erpc_done done) {
  static const uint8_t on[4] = {1};
  erpc_writer *const arguments = begin_with(SETSOCKOPT, handle);
  erpc_put_u32(arguments, IPPROTO_TCP);
  erpc_put_u32(arguments, TCP_NODELAY);
  erpc_put_binary(arguments, on, sizeof on);
  erpc_put_u32(arguments, sizeof on);
  erpc_submit(DEADLINE_MS, done);
}

void lwip_set_non_blocking(int32_t handle, erpc_done done) {
  erpc_writer *const arguments = begin_with(FCNTL, handle);
  erpc_put_u32(arguments, F_SETFL);
  erpc_put_u32(arguments, O_NONBLOCK);
  erpc_submit(DEADLINE_MS, done);
}

/* sockaddr_in: length, family, port and address in network order, eight zeros. */
void lwip_connect(int32_t handle, uint32_t network_address, uint16_t port, erpc_done done) {
  uint8_t address[SOCKADDR_SIZE] = {SOCKADDR_SIZE, AF_INET, (uint8_t)(port >> 8), (uint8_t)port};
  memcpy(address + 4, &network_address, sizeof network_address);
  erpc_writer *const arguments = begin_with(CONNECT, handle);
  erpc_put_binary(arguments, address, sizeof address);
  erpc_put_u32(arguments, sizeof address);
  erpc_submit(DEADLINE_MS, done);
}

void lwip_send(int32_t handle, const uint8_t *bytes, uint32_t length, erpc_done done) {
  erpc_writer *const arguments = begin_with(SEND, handle);
  erpc_put_binary(arguments, bytes, length);
  erpc_put_u32(arguments, MSG_DONTWAIT);
  erpc_submit(DEADLINE_MS, done);
}

void lwip_receive(int32_t handle, uint32_t limit, erpc_done done) {
  erpc_writer *const arguments = begin_with(RECV, handle);
  erpc_put_u32(arguments, limit);
  erpc_put_u32(arguments, MSG_DONTWAIT);
  erpc_put_u32(arguments, 0); /* a time-out that the coprocessor ignores */
  erpc_submit(DEADLINE_MS, done);
}

void lwip_close(int32_t handle, erpc_done done) {
  begin_with(CLOSE, handle);
  erpc_submit(DEADLINE_MS, done);
}

void lwip_errno(erpc_done done) {
  erpc_begin(ERPC_LWIP, ERRNO);
  erpc_submit(DEADLINE_MS, done);
}
