/*
 * The coprocessor's sockets: lwIP 2.0.2 as built in seeed-ambd-sdk, called as seeed-ambd-firmware's
 * erpc_idl describes it. Each function submits one call. Unless a comment says otherwise, the reply
 * ends with an i32, which is -1 if errno tells the result.
 */
#ifndef LWIP_H
#define LWIP_H

#include <stdint.h>

#include "erpc_client.h"

enum { LWIP_EAGAIN = 11, LWIP_ECONNRESET = 104, LWIP_ECONNREFUSED = 111 };

/*
 * Looks up a host name. Reply: a binary of four bytes, the address in network order; then an i8,
 * which is 0 if the host was found.
 */
void lwip_resolve(const char *host, uint32_t deadline_ms, erpc_done done);

/* Creates a TCP socket; the result is its handle. */
void lwip_create(erpc_done done);

/* Switches Nagle's algorithm off, because it would delay a nightlight's small messages. */
void lwip_set_no_delay(int32_t handle, erpc_done done);

/*
 * Connects. The address is in network order, the port is not. The coprocessor replies when the
 * connection is open or has failed, and answers no other call until then. If the host is down, the
 * reply takes minutes.
 */
void lwip_connect(int32_t handle, uint32_t network_address, uint16_t port, uint32_t deadline_ms,
                  erpc_done done);

/* Sends; the result is the number of bytes that the coprocessor accepted. */
void lwip_send(int32_t handle, const uint8_t *bytes, uint32_t length, erpc_done done);

/*
 * Receives. Reply: a binary, then the number of its valid bytes, which is 0 if the peer has closed.
 */
void lwip_receive(int32_t handle, uint32_t limit, erpc_done done);

void lwip_close(int32_t handle, erpc_done done);

/* Asks why the last failed call failed. A call that succeeds does not change this value. */
void lwip_errno(erpc_done done);

#endif
