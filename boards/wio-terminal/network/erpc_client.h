/*
 * Calls to the Wi-Fi coprocessor, which serves one call at a time. Begin a call, add its arguments,
 * and submit it. erpc_step then calls `done` exactly once, with a reply or without.
 */
#ifndef ERPC_CLIENT_H
#define ERPC_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "erpc_codec.h"

/* Message types (rpcUnified src/erpc/erpc_codec.h) and services (seeed-ambd-firmware erpc_shim). */
enum { ERPC_INVOCATION = 0, ERPC_ONE_WAY = 1, ERPC_REPLY = 2 };
enum { ERPC_SYSTEM = 1, ERPC_WIFI = 14, ERPC_ADAPTER = 15, ERPC_LWIP = 16 };

/* Called with the reply, or with null if the deadline passed. Read the results, then `failed`. */
typedef void (*erpc_done)(erpc_reader *reply);

/* Discards the current call and all received bytes. Call when the coprocessor has restarted. */
void erpc_restart(void);

bool erpc_is_busy(void);

erpc_writer *erpc_begin(uint8_t service, uint8_t function);
void erpc_submit(uint32_t deadline_ms, erpc_done done);

/* Sets the function that is called when the coprocessor reports an event without being asked. */
void erpc_listen(void (*hear)(void));

/* Sends, receives, and watches the deadline. Call often. */
void erpc_step(uint64_t now_micros);

#endif
