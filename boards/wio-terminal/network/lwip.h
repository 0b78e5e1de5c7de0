/*
 * The coprocessor's sockets: lwIP 2.0.2 as built in seeed-ambd-sdk, called as seeed-ambd-firmware's
 * erpc_idl describes it. Each function submits one call; replies end with an i32, -1 for "ask
 * errno", unless something else is said.
 */
#ifndef LWIP_H
#define LWIP_H

#include <stdint.h>

#include "erpc_client.h"

enum { LWIP_EAGAIN = 11, LWIP_ECONNRESET = 104, LWIP_ECONNREFUSED = 111 };

/* Reply: a binary of four bytes, the address in network order; then an i8, 0 if it was found. */
void lwip_resolve(const char *host, uint32_t deadline_ms, erpc_done done);

/* A TCP socket; the result is its handle. */
void lwip_create(erpc_done done);

/* A nightlight's messages are small and wanted now: without this, Nagle holds them back. */
void lwip_set_no_delay(int32_t handle, erpc_done done);

/*
 * Address in network order, port not. The coprocessor answers when the connection is open or has
 * failed, and until then it answers nothing else: for a host that is down, that takes minutes.
 */
void lwip_connect(int32_t handle, uint32_t network_address, uint16_t port, uint32_t deadline_ms,
                  erpc_done done);

/* The result is how many bytes were taken. */
void lwip_send(int32_t handle, const uint8_t *bytes, uint32_t length, erpc_done done);

/* Reply: a binary, then how many of its bytes count; 0 when the peer has closed. */
void lwip_receive(int32_t handle, uint32_t limit, erpc_done done);

void lwip_close(int32_t handle, erpc_done done);

/* Why the last call failed. It keeps its value when a call succeeds. */
void lwip_errno(erpc_done done);

#endif
