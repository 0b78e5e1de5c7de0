/*
 * Calls to the Wi-Fi coprocessor. It serves one call at a time, so there is one at a time: begin
 * it, add its arguments, submit it. erpc_step then calls `done` exactly once, whatever happens.
 */
#ifndef ERPC_CLIENT_H
#define ERPC_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "erpc_codec.h"

/* Message types, services: rpcUnified src/erpc/erpc_codec.h; seeed-ambd-firmware erpc_shim. */
enum { ERPC_INVOCATION = 0, ERPC_ONE_WAY = 1, ERPC_REPLY = 2 };
enum { ERPC_SYSTEM = 1, ERPC_WIFI = 14, ERPC_ADAPTER = 15, ERPC_LWIP = 16 };

/* `reply` is null when the deadline passed. Its outcome is the caller's to read, then `failed`. */
typedef void (*erpc_done)(erpc_reader *reply);

/* Forgets the current call and all received bytes: for a coprocessor that has just restarted. */
void erpc_restart(void);

bool erpc_is_busy(void);

erpc_writer *erpc_begin(uint8_t service, uint8_t function);
void erpc_submit(uint32_t deadline_ms, erpc_done done);

/* `hear` is called when the coprocessor reports an event on its own. */
void erpc_listen(void (*hear)(void));

/* Sends, receives, and watches the deadline. Call often. */
void erpc_step(uint64_t now_micros);

/* How often the stream lost synchronization since reset. */
uint32_t erpc_losses(void);

#endif
